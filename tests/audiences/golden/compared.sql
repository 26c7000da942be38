with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_7cb79c1c as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_sum_15c7c081 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-11-11 12:00:00' as timestamp)
        and ordered_at < cast('2025-12-11 12:00:00' as timestamp)
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
), fact_clicked_count_647e758b as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'clicked'
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
), fact_order_placed_median_28f1beaa as (
    select
        entity_key,
        round((
            total / counted
        ), 9) as measured,
        total,
        counted
    from (
        select
            entity_key,
            sum(case when isnan(of_row) or isinf(of_row) then null else of_row end) as total,
            nullif(count(case when isnan(of_row) or isinf(of_row) then null else of_row end), 0) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    case when isnan(weight) or isinf(weight) then null else weight end as of_row
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        (
            cast((
                cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128) // nullif(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128), 0)
            ) * 1000000000 + (
                (
                    cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128) % nullif(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128), 0)
                ) * 2000000000 + sign(cast(coalesce(fact_order_placed_count_e1c55f41.measured, 0) as int128)) * nullif(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128), 0)
            ) // (
                2 * nullif(cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) as rank_value
    from customers
    left join fact_order_placed_sum_7cb79c1c
        on fact_order_placed_sum_7cb79c1c.entity_key = customers.customer_id
    left join fact_order_placed_sum_15c7c081
        on fact_order_placed_sum_15c7c081.entity_key = customers.customer_id
    left join fact_viewed_count_e5c0a7c2
        on fact_viewed_count_e5c0a7c2.entity_key = customers.customer_id
    left join fact_clicked_count_647e758b
        on fact_clicked_count_647e758b.entity_key = customers.customer_id
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    left join fact_order_placed_median_28f1beaa
        on fact_order_placed_median_28f1beaa.entity_key = customers.customer_id
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = customers.customer_id
    where
        (
            cast((
                (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                    ) as int128) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                    ) as int128)
                ) // nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) * 1000000000 + (
                (
                    (
                        cast((
                            coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128) - cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ) % nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                            ) as int128)
                        ),
                        0
                    )
                ) * 2000000000 + sign(
                    (
                        cast((
                            coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128) - cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    )
                ) * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) // (
                2 * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) as decimal(38, 0)) * 0.000000001
        ) <= -0.25
        and (
            cast((
                case
                    when cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128) < 0
                    then -(
                        cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                    )
                    else cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                end // nullif(abs(cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128)), 0)
            ) * 1000000000 + (
                (
                    case
                        when cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128) < 0
                        then -(
                            cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                        )
                        else cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                    end % nullif(abs(cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128)), 0)
                ) * 2000000000 + sign(
                    case
                        when cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128) < 0
                        then -(
                            cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                        )
                        else cast(coalesce(fact_viewed_count_e5c0a7c2.measured, 0) as int128)
                    end
                ) * nullif(abs(cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128)), 0)
            ) // (
                2 * nullif(abs(cast(coalesce(fact_clicked_count_647e758b.measured, 0) as int128)), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) >= 2
        and round(
            (
                cast(fact_order_placed_avg_b452e0de.total as double) / nullif(cast(fact_order_placed_avg_b452e0de.counted as double), 0) - cast(case
                    when isnan(fact_order_placed_median_28f1beaa.total)
                    or isinf(fact_order_placed_median_28f1beaa.total)
                    then null
                    else fact_order_placed_median_28f1beaa.total
                end as double) / nullif(cast(fact_order_placed_median_28f1beaa.counted as double), 0)
            ),
            9
        ) between -1 and 1
), ranked as (
    select
        customer_id,
        row_number() over (order by rank_value desc, customer_id) as place,
        count(*) over () as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        ranked.place <= 10
)
select
    *
from final
