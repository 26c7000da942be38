with

orders as (

    select * from {{ ref('orders_as_of') }}

),

final as (

    select
        ---------- ids
        order_id as return_id,
        customer_id,
        returned_order_id as order_id,
        shop_id,

        ---------- text
        channel,
        currency,

        ---------- numerics
        abs(net_amount) as returned_amount,

        ---------- timestamps
        ordered_at as returned_at

    from orders

    where is_return

)

select * from final
