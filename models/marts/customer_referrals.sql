with

referrals as (

    select * from {{ ref('input_referrals') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        ---------- ids
        referrals.referral_id,
        referrals.customer_id,
        -- Whoever came of it later than as_of has not come yet.
        referred_customers.customer_id as referred_customer_id,

        ---------- text
        referrals.channel,

        ---------- timestamps
        referrals.referred_at

    from referrals

    inner join known_customers
        on referrals.customer_id = known_customers.customer_id

    left join known_customers as referred_customers
        on referrals.referred_customer_id = referred_customers.customer_id

    where referrals.referred_at < {{ cdp_activate.as_of() }}

)

select * from final
