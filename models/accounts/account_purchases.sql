with

orders as (

    select * from {{ ref('customer_orders') }}

    where {{ cdp_activate.is_purchase() }}

),

account_members as (

    select * from {{ ref('account_members') }}

),

final as (

    select
        ---------- ids
        account_members.account_id,

        ---------- numerics
        count(*) as order_count,
        {{ cdp_activate.cast_as(
            'sum(coalesce(orders.net_amount, 0) - orders.refunded_amount)',
            'numeric(18, 2)'
        ) }} as lifetime_value,

        ---------- timestamps
        min(orders.ordered_at) as first_order_at,
        max(orders.ordered_at) as last_order_at

    from orders

    inner join account_members
        on orders.customer_id = account_members.customer_id

    where
        account_members.joined_at is null
        or orders.ordered_at >= account_members.joined_at

    group by account_members.account_id

)

select * from final
