-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_refund_made_then_cl_3b666e76 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by,
            later.same_status
        from (
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                event_id as ordered_by
            from "web_events"
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                event_id as ordered_by,
                status as same_status
            from "web_events"
            where
                event_name = 'clicked'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        cast(refunded_on as timestamp) as occurred,
                        cast(refund_id as text) as ordered_by
                    from "refunds"
                    where
                        refunded_on < cast('2026-01-11' as date)
                ) as between_them
                where
                    between_them.entity_key = earlier.entity_key
                    and (
                        between_them.occurred > earlier.occurred
                        or (
                            between_them.occurred = earlier.occurred
                            and between_them.ordered_by > earlier.ordered_by
                        )
                    )
                    and (
                        later.occurred > between_them.occurred
                        or (
                            later.occurred = between_them.occurred
                            and later.ordered_by > between_them.ordered_by
                        )
                    )
                    and (
                        date_diff('MICROSECOND', earlier.occurred, between_them.occurred) <= cast(172800 as bigint) * 1000000
                    )
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09 12:00:00' as timestamp)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    ordered_at as occurred,
                    cast(order_id as text) as ordered_by,
                    status as same_status
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    date_diff('MICROSECOND', earlier.occurred, between_them.occurred) <= cast(86400 as bigint) * 1000000
                )
                and between_them.same_status = earlier.same_status
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_viewed_then_refund_made_then_cl_3b666e76
        on fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_refund_made_then_cl_3b666e76 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by,
            later.same_status
        from (
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                (
                    event_id collate "C"
                ) as ordered_by
            from "web_events"
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                (
                    event_id collate "C"
                ) as ordered_by,
                status as same_status
            from "web_events"
            where
                event_name = 'clicked'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        cast(refunded_on as timestamp) as occurred,
                        (
                            cast(refund_id as text) collate "C"
                        ) as ordered_by
                    from "refunds"
                    where
                        refunded_on < cast('2026-01-11' as date)
                ) as between_them
                where
                    between_them.entity_key = earlier.entity_key
                    and (
                        between_them.occurred > earlier.occurred
                        or (
                            between_them.occurred = earlier.occurred
                            and between_them.ordered_by > earlier.ordered_by
                        )
                    )
                    and (
                        later.occurred > between_them.occurred
                        or (
                            later.occurred = between_them.occurred
                            and later.ordered_by > between_them.ordered_by
                        )
                    )
                    and (
                        between_them.occurred - earlier.occurred <= 172800 * cast('1 second' as interval)
                    )
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09 12:00:00' as timestamp)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    ordered_at as occurred,
                    (
                        cast(order_id as text) collate "C"
                    ) as ordered_by,
                    status as same_status
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    between_them.occurred - earlier.occurred <= 86400 * cast('1 second' as interval)
                )
                and between_them.same_status = earlier.same_status
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_viewed_then_refund_made_then_cl_3b666e76
        on fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_sequence_viewed_then_refund_made_then_cl_3593faf8 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by,
            later.same_status
        from (
            select
                customer_id as entity_key,
                convert_timezone('UTC', cast(happened_at as timestamp_ntz)) as occurred,
                event_id as ordered_by
            from `web_events`
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                convert_timezone('UTC', cast(happened_at as timestamp_ntz)) as occurred,
                event_id as ordered_by,
                status as same_status
            from `web_events`
            where
                event_name = 'clicked'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        cast(refunded_on as timestamp_ntz) as occurred,
                        cast(refund_id as string) as ordered_by
                    from `refunds`
                    where
                        refunded_on < cast('2026-01-11' as date)
                ) as between_them
                where
                    between_them.entity_key = earlier.entity_key
                    and (
                        between_them.occurred > earlier.occurred
                        or (
                            between_them.occurred = earlier.occurred
                            and between_them.ordered_by > earlier.ordered_by
                        )
                    )
                    and (
                        later.occurred > between_them.occurred
                        or (
                            later.occurred = between_them.occurred
                            and later.ordered_by > between_them.ordered_by
                        )
                    )
                    and (
                        between_them.occurred - earlier.occurred <= make_dt_interval(0, 0, 0, 172800)
                    )
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09 12:00:00' as timestamp_ntz)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    convert_timezone('UTC', cast(ordered_at as timestamp_ntz)) as occurred,
                    cast(order_id as string) as ordered_by,
                    status as same_status
                from `orders`
                where
                    ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    between_them.occurred - earlier.occurred <= make_dt_interval(0, 0, 0, 86400)
                )
                and between_them.same_status = earlier.same_status
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_viewed_then_refund_made_then_cl_3593faf8
        on fact_sequence_viewed_then_refund_made_then_cl_3593faf8.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_refund_made_then_cl_3593faf8.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_refund_made_then_cl_3b666e76 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by,
            later.same_status
        from (
            select
                customer_id as entity_key,
                cast(convert_timezone('UTC', happened_at) as timestampntz) as occurred,
                event_id as ordered_by
            from "web_events"
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                cast(convert_timezone('UTC', happened_at) as timestampntz) as occurred,
                event_id as ordered_by,
                status as same_status
            from "web_events"
            where
                event_name = 'clicked'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        cast(refunded_on as timestampntz) as occurred,
                        cast(refund_id as varchar) as ordered_by
                    from "refunds"
                    where
                        refunded_on < cast('2026-01-11' as date)
                ) as between_them
                where
                    between_them.entity_key = earlier.entity_key
                    and (
                        between_them.occurred > earlier.occurred
                        or (
                            between_them.occurred = earlier.occurred
                            and between_them.ordered_by > earlier.ordered_by
                        )
                    )
                    and (
                        later.occurred > between_them.occurred
                        or (
                            later.occurred = between_them.occurred
                            and later.ordered_by > between_them.ordered_by
                        )
                    )
                    and (
                        datediff(microsecond, earlier.occurred, between_them.occurred) <= 172800 * 1000000
                    )
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09 12:00:00' as timestampntz)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    ordered_at as occurred,
                    cast(order_id as varchar) as ordered_by,
                    status as same_status
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    datediff(microsecond, earlier.occurred, between_them.occurred) <= 86400 * 1000000
                )
                and between_them.same_status = earlier.same_status
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_sequence_viewed_then_refund_made_then_cl_3b666e76
        on fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_refund_made_then_cl_3b666e76.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_sequence_viewed_then_refund_made_then_cl_3593faf8 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by,
            later.same_status
        from (
            select
                customer_id as entity_key,
                datetime(happened_at, 'UTC') as occurred,
                event_id as ordered_by
            from `web_events`
            where
                event_name = 'viewed'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                datetime(happened_at, 'UTC') as occurred,
                event_id as ordered_by,
                status as same_status
            from `web_events`
            where
                event_name = 'clicked'
                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        cast(refunded_on as datetime) as occurred,
                        cast(refund_id as string) as ordered_by
                    from `refunds`
                    where
                        refunded_on < cast('2026-01-11' as date)
                ) as between_them
                where
                    between_them.entity_key = earlier.entity_key
                    and (
                        between_them.occurred > earlier.occurred
                        or (
                            between_them.occurred = earlier.occurred
                            and between_them.ordered_by > earlier.ordered_by
                        )
                    )
                    and (
                        later.occurred > between_them.occurred
                        or (
                            later.occurred = between_them.occurred
                            and later.ordered_by > between_them.ordered_by
                        )
                    )
                    and (
                        timestamp_diff(timestamp(between_them.occurred), timestamp(earlier.occurred), microsecond) <= 172800 * 1000000
                    )
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09 12:00:00' as datetime)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    datetime(ordered_at, 'UTC') as occurred,
                    cast(order_id as string) as ordered_by,
                    status as same_status
                from `orders`
                where
                    ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    timestamp_diff(timestamp(between_them.occurred), timestamp(earlier.occurred), microsecond) <= 86400 * 1000000
                )
                and between_them.same_status = earlier.same_status
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_viewed_then_refund_made_then_cl_3593faf8
        on fact_sequence_viewed_then_refund_made_then_cl_3593faf8.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_refund_made_then_cl_3593faf8.entity_key is null
)
select
    *
from final;

