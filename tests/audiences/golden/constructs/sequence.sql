-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_order_placed_then_v_313e68a1 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred,
                max(case when row_kind = 1 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as broken_at
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at at time zone 'UTC' as occurred,
                            event_id as ordered_by
                        from "web_events"
                        where
                            event_name = 'viewed'
                            and happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        1 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at at time zone 'UTC' as occurred,
                            event_id as ordered_by
                        from "web_events"
                        where
                            happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            entity_key,
                            occurred,
                            ordered_by
                        from (
                            select
                                entity_key,
                                occurred,
                                ordered_by,
                                same_status,
                                row_kind,
                                max(case when row_kind = 3 then place end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as reached_at,
                                max(case when row_kind = 3 then occurred end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as nearest_occurred
                            from (
                                select
                                    *,
                                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                                from (
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        0 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            ordered_at as occurred,
                                            cast(order_id as text) as ordered_by,
                                            status as same_status
                                        from "orders"
                                        where
                                            ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
                                            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                                    ) as part
                                    union all
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        3 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            happened_at at time zone 'UTC' as occurred,
                                            event_id as ordered_by,
                                            status as same_status
                                        from "web_events"
                                        where
                                            event_name = 'viewed'
                                            and (
                                                happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                                                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                                            )
                                            and amount >= 10
                                    ) as part
                                ) as stream
                            ) as placed
                        ) as seen
                        where
                            (
                                row_kind = 0 and not same_status is null and not reached_at is null
                            )
                            and (
                                date_diff('MICROSECOND', nearest_occurred, occurred) <= cast(86400 as bigint) * 1000000
                            )
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            row_kind = 0 and not reached_at is null and reached_at > coalesce(broken_at, 0)
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_viewed_then_order_placed_then_v_313e68a1
        on fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_order_placed_then_v_313e68a1 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred,
                max(case when row_kind = 1 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as broken_at
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
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
                            and happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        1 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at at time zone 'UTC' as occurred,
                            (
                                event_id collate "C"
                            ) as ordered_by
                        from "web_events"
                        where
                            happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            entity_key,
                            occurred,
                            ordered_by
                        from (
                            select
                                entity_key,
                                occurred,
                                ordered_by,
                                same_status,
                                row_kind,
                                max(case when row_kind = 3 then place end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as reached_at,
                                max(case when row_kind = 3 then occurred end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as nearest_occurred
                            from (
                                select
                                    *,
                                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                                from (
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        0 as row_kind,
                                        same_status
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
                                            ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
                                            and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                                    ) as part
                                    union all
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        3 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            happened_at at time zone 'UTC' as occurred,
                                            (
                                                event_id collate "C"
                                            ) as ordered_by,
                                            status as same_status
                                        from "web_events"
                                        where
                                            event_name = 'viewed'
                                            and (
                                                happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                                                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                                            )
                                            and amount >= 10
                                    ) as part
                                ) as stream
                            ) as placed
                        ) as seen
                        where
                            (
                                row_kind = 0 and not same_status is null and not reached_at is null
                            )
                            and (
                                occurred - nearest_occurred <= 86400 * cast('1 second' as interval)
                            )
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            row_kind = 0 and not reached_at is null and reached_at > coalesce(broken_at, 0)
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_viewed_then_order_placed_then_v_313e68a1
        on fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_sequence_viewed_then_order_placed_then_v_127c5477 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as nearest_occurred,
                max(case when row_kind = 1 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as broken_at
            from (
                select
                    *,
                    row_number() over (
                        partition by entity_key
                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                    ) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at as occurred,
                            event_id as ordered_by
                        from `web_events`
                        where
                            event_name = 'viewed'
                            and happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        1 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at as occurred,
                            event_id as ordered_by
                        from `web_events`
                        where
                            happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            entity_key,
                            occurred,
                            ordered_by
                        from (
                            select
                                entity_key,
                                occurred,
                                ordered_by,
                                same_status,
                                row_kind,
                                max(case when row_kind = 3 then place end) over (
                                    partition by entity_key, same_status
                                    order by place
                                    rows between unbounded preceding and current row
                                ) as reached_at,
                                max(case when row_kind = 3 then occurred end) over (
                                    partition by entity_key, same_status
                                    order by place
                                    rows between unbounded preceding and current row
                                ) as nearest_occurred
                            from (
                                select
                                    *,
                                    row_number() over (
                                        partition by entity_key
                                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                                    ) as place
                                from (
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        0 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            ordered_at as occurred,
                                            cast(order_id as string) as ordered_by,
                                            status as same_status
                                        from `orders`
                                        where
                                            ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                                            and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                                    ) as part
                                    union all
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        3 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            happened_at as occurred,
                                            event_id as ordered_by,
                                            status as same_status
                                        from `web_events`
                                        where
                                            event_name = 'viewed'
                                            and (
                                                happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                                                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                                            )
                                            and amount >= 10
                                    ) as part
                                ) as stream
                            ) as placed
                        ) as seen
                        where
                            (
                                row_kind = 0 and not same_status is null and not reached_at is null
                            )
                            and (
                                occurred - nearest_occurred <= make_dt_interval(0, 0, 0, 86400)
                            )
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            row_kind = 0 and not reached_at is null and reached_at > coalesce(broken_at, 0)
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_viewed_then_order_placed_then_v_127c5477
        on fact_sequence_viewed_then_order_placed_then_v_127c5477.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_order_placed_then_v_127c5477.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_sequence_viewed_then_order_placed_then_v_313e68a1 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred,
                max(case when row_kind = 1 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as broken_at
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            cast(convert_timezone('UTC', happened_at) as timestampntz) as occurred,
                            event_id as ordered_by
                        from "web_events"
                        where
                            event_name = 'viewed'
                            and happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        1 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            cast(convert_timezone('UTC', happened_at) as timestampntz) as occurred,
                            event_id as ordered_by
                        from "web_events"
                        where
                            happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            entity_key,
                            occurred,
                            ordered_by
                        from (
                            select
                                entity_key,
                                occurred,
                                ordered_by,
                                same_status,
                                row_kind,
                                max(case when row_kind = 3 then place end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as reached_at,
                                max(case when row_kind = 3 then occurred end) over (
                                    partition by entity_key, same_status
                                    order by place nulls first
                                    rows between unbounded preceding and current row
                                ) as nearest_occurred
                            from (
                                select
                                    *,
                                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                                from (
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        0 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            ordered_at as occurred,
                                            cast(order_id as varchar) as ordered_by,
                                            status as same_status
                                        from "orders"
                                        where
                                            ordered_at >= cast('2026-01-03 12:00:00' as timestampntz)
                                            and ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
                                    ) as part
                                    union all
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        3 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            cast(convert_timezone('UTC', happened_at) as timestampntz) as occurred,
                                            event_id as ordered_by,
                                            status as same_status
                                        from "web_events"
                                        where
                                            event_name = 'viewed'
                                            and (
                                                happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
                                                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                                            )
                                            and amount >= 10
                                    ) as part
                                ) as stream
                            ) as placed
                        ) as seen
                        where
                            (
                                row_kind = 0 and not same_status is null and not reached_at is null
                            )
                            and (
                                datediff(microsecond, nearest_occurred, occurred) <= 86400 * 1000000
                            )
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            row_kind = 0 and not reached_at is null and reached_at > coalesce(broken_at, 0)
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_sequence_viewed_then_order_placed_then_v_313e68a1
        on fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_order_placed_then_v_313e68a1.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_sequence_viewed_then_order_placed_then_v_127c5477 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as nearest_occurred,
                max(case when row_kind = 1 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as broken_at
            from (
                select
                    *,
                    row_number() over (
                        partition by entity_key
                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                    ) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at as occurred,
                            event_id as ordered_by
                        from `web_events`
                        where
                            event_name = 'viewed'
                            and happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        1 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            happened_at as occurred,
                            event_id as ordered_by
                        from `web_events`
                        where
                            happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            entity_key,
                            occurred,
                            ordered_by
                        from (
                            select
                                entity_key,
                                occurred,
                                ordered_by,
                                same_status,
                                row_kind,
                                max(case when row_kind = 3 then place end) over (
                                    partition by entity_key, same_status
                                    order by place
                                    rows between unbounded preceding and current row
                                ) as reached_at,
                                max(case when row_kind = 3 then occurred end) over (
                                    partition by entity_key, same_status
                                    order by place
                                    rows between unbounded preceding and current row
                                ) as nearest_occurred
                            from (
                                select
                                    *,
                                    row_number() over (
                                        partition by entity_key
                                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                                    ) as place
                                from (
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        0 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            ordered_at as occurred,
                                            cast(order_id as string) as ordered_by,
                                            status as same_status
                                        from `orders`
                                        where
                                            ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                                            and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                                    ) as part
                                    union all
                                    select
                                        entity_key,
                                        occurred,
                                        ordered_by,
                                        3 as row_kind,
                                        same_status
                                    from (
                                        select
                                            customer_id as entity_key,
                                            happened_at as occurred,
                                            event_id as ordered_by,
                                            status as same_status
                                        from `web_events`
                                        where
                                            event_name = 'viewed'
                                            and (
                                                happened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                                                and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                                            )
                                            and amount >= 10
                                    ) as part
                                ) as stream
                            ) as placed
                        ) as seen
                        where
                            (
                                row_kind = 0 and not same_status is null and not reached_at is null
                            )
                            and (
                                timestamp_diff(timestamp(occurred), timestamp(nearest_occurred), microsecond) <= 86400 * 1000000
                            )
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            row_kind = 0 and not reached_at is null and reached_at > coalesce(broken_at, 0)
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_viewed_then_order_placed_then_v_127c5477
        on fact_sequence_viewed_then_order_placed_then_v_127c5477.entity_key = customers.customer_id
    where
        not fact_sequence_viewed_then_order_placed_then_v_127c5477.entity_key is null
)
select
    *
from final;

