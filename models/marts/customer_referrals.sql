with

referrals as (

    {{ cdp_activate.one_row_each(
        ref('input_referrals'), 'referral_id', 'referred_at',
        belongs_to={'customer_id': ref('customer_ids')}
    ) }}

),

people as (

    select
        customer_ids.source_customer_id,
        customer_ids.customer_id,
        known_customers.created_at

    from {{ ref('customer_ids') }} as customer_ids

    inner join {{ ref('known_customers') }} as known_customers
        on customer_ids.customer_id = known_customers.customer_id

),

final as (

    select
        ---------- ids
        referrals.referral_id,
        people.customer_id,
        -- Whoever came of it later than as_of has not come yet. Whoever had been
        -- known before the one who recommended did not come of it: without these
        -- nobody is, round a circle, his own recommendation.
        case
            when not {{ cdp_activate.came_before('referred', 'people') }}
                then referred.customer_id
        end as referred_customer_id,

        ---------- text
        {{ cdp_activate.word('referrals.channel') }} as channel,
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

    inner join people
        on referrals.customer_id = people.source_customer_id

    left join people as referred
        on referrals.referred_customer_id = referred.source_customer_id

    where
        referrals.referred_at < {{ cdp_activate.as_of() }}
        and (
            referred.customer_id is null
            or referred.customer_id <> people.customer_id
        )

)

select * from final
