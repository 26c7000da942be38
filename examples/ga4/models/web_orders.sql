with

events as (

    select * from {{ ref('ga4_events') }}

    where
        event_name in ('purchase', 'refund')
        and known_user_id is not null

),

-- The page that thanks for the purchase is often loaded again: the first counts.
-- An order may be refunded in parts, so refunds are told apart by the event.
numbered as (

    select
        *,
        row_number() over (
            partition by
                event_name,
                coalesce(transaction_id, event_id),
                case when event_name = 'refund' then event_id end
            order by
                occurred_at asc,
                event_id asc
        ) as purchase_number

    from events

),

final as (

    select
        case
            when event_name = 'refund'
                then {{ dbt.concat(["'refund-'", 'event_id']) }}
            else coalesce(transaction_id, event_id)
        end as order_id,
        known_user_id as customer_id,
        occurred_at as ordered_at,
        case when event_name = 'purchase' then 'placed' end as status,
        case when event_name = 'refund' then 'return' else 'sale' end as order_kind,
        case when event_name = 'refund' then transaction_id end as original_order_id,
        'online' as channel,
        currency,
        coupon,
        case
            when event_name = 'refund'
                then
                    -{{ cdp_activate.cast_as(
                        'coalesce(refund_value, value)', 'numeric(18, 2)'
                    ) }}
            else
                coalesce(
                    {{ cdp_activate.cast_as('purchase_revenue', 'numeric(18, 2)') }},
                    value
                )
        end as net_amount,
        event_id

    from numbered

    where purchase_number = 1

)

select * from final
