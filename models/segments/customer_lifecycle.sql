with

known_customers as (

    select * from {{ ref('known_customers') }}

),

purchases as (

    select * from {{ ref('customer_purchases') }}

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        case
            when purchases.first_order_at is null
                then 'prospect'
            when
                purchases.first_order_at
                >= {{ cdp_activate.days_ago(var('cdp_lifecycle_new_days')) }}
                then 'new'
            when
                purchases.last_order_at
                >= {{ cdp_activate.days_ago(var('cdp_lifecycle_active_days')) }}
                then 'active'
            when
                purchases.last_order_at
                >= {{ cdp_activate.days_ago(var('cdp_lifecycle_at_risk_days')) }}
                then 'at_risk'
            when
                purchases.last_order_at
                >= {{ cdp_activate.days_ago(var('cdp_lifecycle_lapsed_days')) }}
                then 'lapsed'
            else 'ex_customer'
        end as lifecycle,

        ---------- timestamps
        purchases.first_order_at,
        purchases.last_order_at

    from known_customers

    left join purchases
        on known_customers.customer_id = purchases.customer_id

)

select * from final
