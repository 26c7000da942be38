with

orders as (

    select * from {{ ref('orders_as_of') }}

    where not is_return

),

returns as (

    select
        order_id,
        sum(returned_amount) as returned_amount,
        max(returned_at) as returned_at

    from {{ ref('customer_returns') }}

    where order_id is not null

    group by order_id

),

final as (

    select
        ---------- ids
        orders.order_id,
        orders.customer_id,
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
        {{ cdp_activate.cast_as(
            'case when orders.refunded_at >= ' ~ cdp_activate.as_of()
            ~ ' then 0 else coalesce(orders.refunded_amount, 0) end '
            ~ '+ coalesce(returns.returned_amount, 0)',
            'numeric(18, 2)'
        ) }} as refunded_amount,

        ---------- timestamps
        orders.ordered_at,
        case
            when
                orders.refunded_at < {{ cdp_activate.as_of() }}
                and (
                    returns.returned_at is null
                    or returns.returned_at < orders.refunded_at
                )
                then orders.refunded_at
            else returns.returned_at
        end as refunded_at

    from orders

    left join returns
        on orders.order_id = returns.order_id

)

select * from final
