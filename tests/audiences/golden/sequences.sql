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
), fact_sequence_refund_made_then_refund_made_279b0067 as (
    select
        earlier.entity_key
    from (
        select distinct
            later.entity_key
        from (
            select
                customer_id as entity_key,
                refunded_on as occurred,
                refund_id as ordered_by
            from "refunds"
            where
                refunded_on < cast('2026-01-11' as date)
        ) as earlier
        join (
            select
                customer_id as entity_key,
                refunded_on as occurred,
                refund_id as ordered_by
            from "refunds"
            where
                refunded_on < cast('2026-01-11' as date)
        ) as later
            on later.entity_key = earlier.entity_key
        where
            (
                later.occurred > earlier.occurred
                or (
                    later.occurred = earlier.occurred and later.ordered_by > earlier.ordered_by
                )
            )
            and date_diff('DAY', cast('1970-01-05' as date), later.occurred) - date_diff('DAY', cast('1970-01-05' as date), earlier.occurred) <= 2
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
    left join fact_sequence_refund_made_then_refund_made_279b0067
        on fact_sequence_refund_made_then_refund_made_279b0067.entity_key = customers.customer_id
    where
        not fact_sequence_order_placed_then_call_made_the_9ec2c9c4.entity_key is null
        and not fact_sequence_refund_made_then_refund_made_279b0067.entity_key is null
)
select
    *
from final
