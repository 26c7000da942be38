with

orders as (

    select * from {{ ref('input_orders') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        orders.order_id,
        customer_ids.customer_id,
        orders.shop_id,

        ---------- text
        orders.status,
        orders.channel,
        orders.currency,
        orders.coupon,

        ---------- numerics
        orders.gross_amount,
        orders.discount_amount,
        orders.net_amount,
        -- A refund still to come, as seen from as_of, has not been paid. One
        -- without a date was paid at some time nobody wrote down.
        cast(case
            when orders.refunded_at >= {{ cdp_activate.as_of() }} then 0
            else coalesce(orders.refunded_amount, 0)
        end as numeric(18, 2)) as refunded_amount,

        ---------- timestamps
        orders.ordered_at,
        case
            when orders.refunded_at < {{ cdp_activate.as_of() }}
                then orders.refunded_at
        end as refunded_at

    from orders

    inner join customer_ids
        on orders.customer_id = customer_ids.source_customer_id

    where orders.ordered_at < {{ cdp_activate.as_of() }}

)

select * from final
