with

orders as (

    select * from {{ ref('customer_orders') }}

),

purchases as (

    select
        customer_id,
        ordered_at,
        coalesce(net_amount, 0) - refunded_amount as amount

    from orders

    where {{ cdp_activate.is_purchase() }}

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- numerics
        count(*) as order_count,
        {{ cdp_activate.cast_as('sum(amount)', 'numeric(18, 2)') }} as lifetime_value,
        {{ cdp_activate.cast_as(
            'sum(amount) / count(*)', 'numeric(18, 2)'
        ) }} as average_order_value,

        ---------- timestamps
        min(ordered_at) as first_order_at,
        max(ordered_at) as last_order_at

    from purchases

    group by customer_id

)

select * from final
