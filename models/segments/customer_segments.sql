with

traits as (

    select * from {{ ref('customer_traits') }}

),

recent_orders as (

    select
        customer_id,
        count(*) as order_count

    from {{ ref('customer_orders') }}

    where
        {{ cdp_activate.is_purchase() }}
        and ordered_at >= {{ cdp_activate.days_ago(365) }}

    group by customer_id

),

final as (

    select
        ---------- ids
        traits.customer_id,

        ---------- booleans
        traits.lifecycle in ('active', 'at_risk')
        and traits.satisfaction in ('silent', 'neutral')
        and traits.engagement_level in ('none', 'low')
        and traits.referral_count = 0
        and traits.open_ticket_count = 0
        and traits.recent_positive_count = 0
        and traits.recent_negative_count = 0 as is_neutral_silent,
        traits.lifecycle in ('active', 'at_risk', 'lapsed')
        and coalesce(recent_orders.order_count, 0)
        between 1 and {{ var('cdp_occasional_orders') }} as is_occasional,
        traits.lifecycle = 'ex_customer' as is_ex_customer

    from traits

    left join recent_orders
        on traits.customer_id = recent_orders.customer_id

)

select * from final
