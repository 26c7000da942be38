with

orders as (

    select * from {{ ref('web_orders') }}

    where order_kind = 'sale'

),

items as (

    select
        events.event_id,
        coalesce({{ ga4_field('item', 'item_id') }}, 'unknown') as product_id,
        {{ ga4_field('item', 'item_name') }} as product_name,
        {{ ga4_field('item', 'item_category') }} as category,
        {{ ga4_field('item', 'item_brand') }} as brand,
        {{ ga4_field('item', 'quantity', 'integer') }} as quantity,
        {{ ga4_field('item', 'price', 'numeric') }} as unit_price

    from {{ ref('ga4_events') }} as events
    {{ ga4_each_item() }}

),

-- The same product may be in a purchase twice.
final as (

    select
        {{ dbt.concat([
            'orders.order_id', "'-'", 'items.product_id',
        ]) }} as order_line_id,
        orders.order_id,
        items.product_id,
        max(items.product_name) as product_name,
        max(items.category) as category,
        max(items.brand) as brand,
        sum(coalesce(items.quantity, 1)) as quantity,
        max(items.unit_price) as unit_price,
        sum(items.unit_price * coalesce(items.quantity, 1)) as net_amount

    from orders

    inner join items
        on orders.event_id = items.event_id

    group by
        orders.order_id,
        items.product_id

)

select * from final
