with customers as (
    select
        *
    from "customers"
), fact_sequence_order_placed_then_call_made_the_9ec2c9c4 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key,
            later.occurred,
            later.ordered_by
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                cast(order_id as text) as ordered_by,
                status as same_status
            from "orders"
            where
                (
                    ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                )
                and amount >= 100
        ) as earlier
        join (
            select
                customer_id as entity_key,
                happened_at at time zone 'UTC' as occurred,
                event_id as ordered_by
            from "web_events"
            where
                event_name in ('clicked', 'viewed')
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
            and (
                date_diff('MICROSECOND', earlier.occurred, later.occurred) <= cast(172800 as bigint) * 1000000
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' as occurred,
                        cast(call_id as text) as ordered_by,
                        status as same_status
                    from "calls"
                    where
                        called_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' < cast('2026-01-10 12:00:00' as timestamp)
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
                        date_diff('MICROSECOND', earlier.occurred, between_them.occurred) <= cast(86400 as bigint) * 1000000
                    )
                    and between_them.same_status = earlier.same_status
            )
            and not exists(
                select
                    1
                from (
                    select
                        customer_id as entity_key,
                        happened_at at time zone 'UTC' as occurred,
                        event_id as ordered_by
                    from "web_events"
                    where
                        happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
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
            )
    ) as earlier
    where
        earlier.occurred < cast('2026-01-07 12:00:00' as timestamp)
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
                    date_diff('MICROSECOND', earlier.occurred, between_them.occurred) <= cast(259200 as bigint) * 1000000
                )
        )
    group by
        earlier.entity_key
), fact_sequence_refund_made_then_refund_made_331c872e as (
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
                max(case when row_kind = 2 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 2 then occurred end) over (
                    partition by entity_key
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
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        2 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and date_diff('DAY', cast('1970-01-05' as date), occurred) - date_diff('DAY', cast('1970-01-05' as date), nearest_occurred) <= 2
    ) as earlier
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_order_placed_then_call_made_the_9ec2c9c4
        on fact_sequence_order_placed_then_call_made_the_9ec2c9c4.entity_key = customers.customer_id
    left join fact_sequence_refund_made_then_refund_made_331c872e
        on fact_sequence_refund_made_then_refund_made_331c872e.entity_key = customers.customer_id
    where
        not fact_sequence_order_placed_then_call_made_the_9ec2c9c4.entity_key is null
        and not fact_sequence_refund_made_then_refund_made_331c872e.entity_key is null
)
select
    *
from final
