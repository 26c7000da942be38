-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_viewed_count_e5c0a7c2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    group by
        customer_id
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        (
            cast((
                total // counted
            ) * 1000000000 + (
                (
                    total % counted
                ) * 2000000000 + sign(total) * counted
            ) // (
                2 * counted
            ) as decimal(38, 0)) * 0.000000001
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * cast(100 as decimal(38, 0))
            ) as int128) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as int128) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        group by
            customer_id
    ) as totals
), fact_tickets_count_b07694a5 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    left join fact_tickets_count_b07694a5
        on fact_tickets_count_b07694a5.entity_key = customers.customer_id
    where
        (
            cast((
                case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                    )
                    else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                end // nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)), 0)
            ) * 1000000000 + (
                (
                    case
                        when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128) < 0
                        then -(
                            cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                        )
                        else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                    end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)), 0)
                ) * 2000000000 + sign(
                    case
                        when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128) < 0
                        then -(
                            cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                        )
                        else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)
                    end
                ) * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)), 0)
            ) // (
                2 * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) >= 0.1
        and (
            cast((
                (
                    cast(fact_order_placed_avg_b452e0de.total as int128) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as int128) * fact_order_placed_avg_b452e0de.counted
                ) // nullif(cast(1 as int128) * fact_order_placed_avg_b452e0de.counted, 0)
            ) * 1000000000 + (
                (
                    (
                        cast(fact_order_placed_avg_b452e0de.total as int128) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as int128) * fact_order_placed_avg_b452e0de.counted
                    ) % nullif(cast(1 as int128) * fact_order_placed_avg_b452e0de.counted, 0)
                ) * 2000000000 + sign(
                    (
                        cast(fact_order_placed_avg_b452e0de.total as int128) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as int128) * fact_order_placed_avg_b452e0de.counted
                    )
                ) * nullif(cast(1 as int128) * fact_order_placed_avg_b452e0de.counted, 0)
            ) // (
                2 * nullif(cast(1 as int128) * fact_order_placed_avg_b452e0de.counted, 0)
            ) as decimal(38, 0)) * 0.000000001
        ) > 1
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_viewed_count_e5c0a7c2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    group by
        customer_id
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        round(round(total, 40) / counted, 9) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * 100
            ) as decimal) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        group by
            customer_id
    ) as totals
), fact_tickets_count_b07694a5 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    left join fact_tickets_count_b07694a5
        on fact_tickets_count_b07694a5.entity_key = customers.customer_id
    where
        round(
            cast(round(
                case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal)
                    )
                    else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal)
                end,
                40
            ) / nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal)), 0) as decimal),
            9
        ) >= 0.1
        and round(
            round(
                (
                    cast(fact_order_placed_avg_b452e0de.total as decimal) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal) * fact_order_placed_avg_b452e0de.counted
                ),
                40
            ) / nullif(cast(1 as decimal) * fact_order_placed_avg_b452e0de.counted, 0),
            9
        ) > 1
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_count_e45de62e as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_viewed_count_e5c0a7c2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'viewed'
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_avg_04358b67 as (
    select
        entity_key,
        (
            cast((
                total - total % counted
            ) / counted as decimal(27, 0)) + case when total < 0 then -1 else 1 end * cast((
                (
                    abs(total % counted) * 2000000000 + counted
                ) - (
                    abs(total % counted) * 2000000000 + counted
                ) % (
                    2 * counted
                )
            ) / (
                2 * counted
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * cast(100 as decimal(38, 0))
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal(38, 0)) as counted
        from `orders`
        where
            ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        group by
            customer_id
    ) as totals
), fact_tickets_count_3cfdc402 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `tickets`
    where
        opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_count_e45de62e
        on fact_order_placed_count_e45de62e.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_order_placed_avg_04358b67
        on fact_order_placed_avg_04358b67.entity_key = customers.customer_id
    left join fact_tickets_count_3cfdc402
        on fact_tickets_count_3cfdc402.entity_key = customers.customer_id
    where
        (
            cast((
                case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                end - case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
            ) / nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0) as decimal(27, 0)) + case
                when case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                end < 0
                then -1
                else 1
            end * cast((
                (
                    abs(
                        case
                            when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                            then -(
                                cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                            )
                            else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                        end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                    ) * 2000000000 + nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                ) - (
                    abs(
                        case
                            when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                            then -(
                                cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                            )
                            else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as decimal(38, 0))
                        end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                    ) * 2000000000 + nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                ) % (
                    2 * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                )
            ) / (
                2 * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) >= 0.1
        and (
            cast((
                (
                    cast(fact_order_placed_avg_04358b67.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted
                ) - (
                    cast(fact_order_placed_avg_04358b67.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted
                ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
            ) / nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0) as decimal(27, 0)) + case
                when (
                    cast(fact_order_placed_avg_04358b67.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted
                ) < 0
                then -1
                else 1
            end * cast((
                (
                    abs(
                        (
                            cast(fact_order_placed_avg_04358b67.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted
                        ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
                    ) * 2000000000 + nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
                ) - (
                    abs(
                        (
                            cast(fact_order_placed_avg_04358b67.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted
                        ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
                    ) * 2000000000 + nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
                ) % (
                    2 * nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
                )
            ) / (
                2 * nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_04358b67.counted, 0)
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) > 1
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), fact_viewed_count_e5c0a7c2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    group by
        customer_id
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        (
            (
                total - total % counted
            ) / counted + sign(total) * (
                (
                    abs(total % counted) * 2000000000 + counted
                ) - (
                    abs(total % counted) * 2000000000 + counted
                ) % (
                    2 * counted
                )
            ) / (
                2 * counted
            ) * 0.000000001
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * 100
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal(38, 0)) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        group by
            customer_id
    ) as totals
), fact_tickets_count_b07694a5 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    left join fact_tickets_count_b07694a5
        on fact_tickets_count_b07694a5.entity_key = customers.customer_id
    where
        (
            (
                case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                end - case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
            ) / nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0) + sign(
                case
                    when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                    then -(
                        cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                    )
                    else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                end
            ) * (
                (
                    abs(
                        case
                            when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                            then -(
                                cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                            )
                            else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                        end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                    ) * 2000000000 + nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                ) - (
                    abs(
                        case
                            when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0)) < 0
                            then -(
                                cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                            )
                            else cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as decimal(38, 0))
                        end % nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                    ) * 2000000000 + nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                ) % (
                    2 * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
                )
            ) / (
                2 * nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as decimal(38, 0))), 0)
            ) * 0.000000001
        ) >= 0.1
        and (
            (
                (
                    cast(fact_order_placed_avg_b452e0de.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted
                ) - (
                    cast(fact_order_placed_avg_b452e0de.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted
                ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
            ) / nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0) + sign(
                (
                    cast(fact_order_placed_avg_b452e0de.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted
                )
            ) * (
                (
                    abs(
                        (
                            cast(fact_order_placed_avg_b452e0de.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted
                        ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
                    ) * 2000000000 + nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
                ) - (
                    abs(
                        (
                            cast(fact_order_placed_avg_b452e0de.total as decimal(38, 0)) - cast(coalesce(fact_tickets_count_b07694a5.measured, 0) as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted
                        ) % nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
                    ) * 2000000000 + nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
                ) % (
                    2 * nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
                )
            ) / (
                2 * nullif(cast(1 as decimal(38, 0)) * fact_order_placed_avg_b452e0de.counted, 0)
            ) * 0.000000001
        ) > 1
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_count_e45de62e as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_viewed_count_e5c0a7c2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'viewed'
        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_avg_04358b67 as (
    select
        entity_key,
        round(total / counted, 9) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                cast(sum(cast(amount as bignumeric)) as bignumeric) * 100
            ) as bignumeric) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as bignumeric) as counted
        from `orders`
        where
            ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        group by
            customer_id
    ) as totals
), fact_tickets_count_3cfdc402 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `tickets`
    where
        opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_count_e45de62e
        on fact_order_placed_count_e45de62e.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_order_placed_avg_04358b67
        on fact_order_placed_avg_04358b67.entity_key = customers.customer_id
    left join fact_tickets_count_3cfdc402
        on fact_tickets_count_3cfdc402.entity_key = customers.customer_id
    where
        round(
            case
                when cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as bignumeric) < 0
                then -(
                    cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as bignumeric)
                )
                else cast(coalesce(fact_order_placed_count_e45de62e.measured, 0) as bignumeric)
            end / nullif(abs(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as bignumeric)), 0),
            9
        ) >= 0.1
        and round(
            (
                cast(fact_order_placed_avg_04358b67.total as bignumeric) - cast(coalesce(fact_tickets_count_3cfdc402.measured, 0) as bignumeric) * fact_order_placed_avg_04358b67.counted
            ) / nullif(cast(1 as bignumeric) * fact_order_placed_avg_04358b67.counted, 0),
            9
        ) > 1
)
select
    *
from final;

