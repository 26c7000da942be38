with

order_lines as (

    {{ cdp_activate.one_row_each(
        ref('input_order_lines'), 'order_line_id', 'order_id'
    ) }}

),

orders as (

    select * from {{ ref('orders_as_of') }}

),

final as (

    select
        ---------- ids
        order_lines.order_line_id,
        coalesce(orders.returned_order_id, orders.order_id) as order_id,
        orders.customer_id,
        order_lines.product_id,

        ---------- text
        order_lines.product_name,
        order_lines.category,
        order_lines.brand,

        ---------- numerics
        abs(order_lines.quantity) as quantity,
        abs(order_lines.net_amount) as returned_amount,

        ---------- timestamps
        orders.ordered_at as returned_at

    from order_lines

    inner join orders
        on order_lines.order_id = orders.order_id

    where
        orders.is_return
        or order_lines.quantity < 0
        or order_lines.net_amount < 0

)

select * from final
