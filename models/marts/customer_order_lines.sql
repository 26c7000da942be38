with

order_lines as (

    {{ cdp_activate.one_row_each(
        ref('input_order_lines'), 'order_line_id', 'order_id'
    ) }}

),

orders as (

    select * from {{ ref('customer_orders') }}

),

final as (

    select
        ---------- ids
        order_lines.order_line_id,
        order_lines.order_id,
        orders.customer_id,
        order_lines.product_id,

        ---------- text
        order_lines.product_name,
        order_lines.category,
        order_lines.brand,
        orders.status as order_status,
        orders.channel,

        ---------- numerics
        order_lines.quantity,
        order_lines.unit_price,
        order_lines.discount_amount,
        order_lines.net_amount,

        ---------- timestamps
        orders.ordered_at

    from order_lines

    inner join orders
        on order_lines.order_id = orders.order_id

    where
        coalesce(order_lines.quantity, 0) >= 0
        and coalesce(order_lines.net_amount, 0) >= 0

)

select * from final
