with

referrals as (

    select * from {{ ref('input_referrals') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        referrals.referral_id,
        customer_ids.customer_id,
        -- Whoever came of it later than as_of has not come yet.
        referred_customers.customer_id as referred_customer_id,

        ---------- text
        referrals.channel,
        referrals.referral_code,

        ---------- numerics
        referrals.reward_amount,

        ---------- timestamps
        referrals.referred_at,
        case
            when referrals.converted_at < {{ cdp_activate.as_of() }}
                then referrals.converted_at
        end as converted_at

    from referrals

    inner join customer_ids
        on referrals.customer_id = customer_ids.source_customer_id

    left join customer_ids as referred_customers
        on
            referrals.referred_customer_id
            = referred_customers.source_customer_id

    where referrals.referred_at < {{ cdp_activate.as_of() }}

)

select * from final
