with

known_customers as (

    select * from {{ ref('known_customers') }}

),

purchases as (

    select * from {{ ref('customer_purchases') }}

),

orders as (

    select * from {{ ref('customer_orders') }}

    where {{ cdp_activate.is_purchase() }}

),

-- Sums of money that came without a gross amount say nothing about discounts.
order_habits as (

    select
        customer_id,
        sum(case when gross_amount is not null then discount_amount end)
        / nullif(sum(gross_amount), 0) as discount_share,
        sum(case when channel = 'shop' then 1 else 0 end) * 1.0 / count(*)
            as shop_order_share

    from orders

    group by customer_id

),

lifecycle as (

    select * from {{ ref('customer_lifecycle') }}

),

rfm as (

    select * from {{ ref('customer_rfm') }}

),

rhythm as (

    select * from {{ ref('customer_rhythm') }}

),

engagement as (

    select * from {{ ref('customer_engagement') }}

),

satisfaction as (

    select * from {{ ref('customer_satisfaction') }}

),

last_90_days as (

    select * from {{ ref('customer_last_90_days') }}

),

open_tickets as (

    select
        customer_id,
        count(*) as open_ticket_count

    from {{ ref('customer_tickets') }}

    where is_open

    group by customer_id

),

referrals as (

    select
        customer_id,
        count(*) as referral_count

    from {{ ref('customer_referrals') }}

    group by customer_id

),

notices as (

    select
        customer_id,
        count(*) as notice_count

    from {{ ref('customer_subscriptions') }}

    where status = 'cancelled'

    group by customer_id

),

account_members as (

    select * from {{ ref('account_members') }}

),

accounts as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        known_customers.country,
        known_customers.language,
        known_customers.acquisition_source,
        lifecycle.lifecycle,
        rfm.rfm_segment,
        engagement.engagement_level,
        satisfaction.satisfaction,
        -- A member without a role is one all the same.
        case
            when account_members.customer_id is not null
                then coalesce(account_members.role, 'member')
        end as account_role,
        accounts.industry as account_industry,

        ---------- numerics
        coalesce(purchases.order_count, 0) as order_count,
        coalesce(purchases.lifetime_value, 0) as lifetime_value,
        purchases.average_order_value,
        {{ cdp_activate.cast_as(
            'order_habits.discount_share', 'numeric(18, 6)'
        ) }} as discount_share,
        {{ cdp_activate.cast_as(
            'order_habits.shop_order_share', 'numeric(18, 6)'
        ) }} as shop_order_share,
        rhythm.days_since_last_order,
        rhythm.usual_interval_days,
        rhythm.overdue_ratio,
        engagement.engagement_score,
        satisfaction.satisfaction_score,
        coalesce(open_tickets.open_ticket_count, 0) as open_ticket_count,
        coalesce(referrals.referral_count, 0) as referral_count,
        coalesce(notices.notice_count, 0) as notice_count,
        last_90_days.order_count as recent_order_count,
        last_90_days.product_view_count as recent_product_view_count,
        last_90_days.search_count as recent_search_count,
        last_90_days.cart_count as recent_cart_count,
        last_90_days.message_opened_count as recent_message_opened_count,
        last_90_days.message_clicked_count as recent_message_clicked_count,
        last_90_days.positive_count as recent_positive_count,
        last_90_days.negative_count as recent_negative_count,
        accounts.employees as account_employees

    from known_customers

    left join purchases
        on known_customers.customer_id = purchases.customer_id

    left join order_habits
        on known_customers.customer_id = order_habits.customer_id

    left join lifecycle
        on known_customers.customer_id = lifecycle.customer_id

    left join rfm
        on known_customers.customer_id = rfm.customer_id

    left join rhythm
        on known_customers.customer_id = rhythm.customer_id

    left join engagement
        on known_customers.customer_id = engagement.customer_id

    left join satisfaction
        on known_customers.customer_id = satisfaction.customer_id

    left join last_90_days
        on known_customers.customer_id = last_90_days.customer_id

    left join open_tickets
        on known_customers.customer_id = open_tickets.customer_id

    left join referrals
        on known_customers.customer_id = referrals.customer_id

    left join notices
        on known_customers.customer_id = notices.customer_id

    left join account_members
        on known_customers.customer_id = account_members.customer_id

    left join accounts
        on account_members.account_id = accounts.account_id

)

select * from final
