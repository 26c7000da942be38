with

subscriptions as (

    {{ cdp_activate.one_row_each(
        ref('input_subscriptions'), 'subscription_id', 'started_at'
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

dated as (

    select
        subscriptions.*,
        customer_ids.customer_id as known_customer_id,
        {{ cdp_activate.word('subscriptions.status') }} as latest_status,
        coalesce(
            subscriptions.ended_at < {{ cdp_activate.as_of() }}, false
        ) as has_ended,
        coalesce(subscriptions.cancelled_at < {{ cdp_activate.as_of() }}, false)
            as is_cancelled

    from subscriptions

    left join customer_ids
        on subscriptions.customer_id = customer_ids.source_customer_id

    where subscriptions.started_at < {{ cdp_activate.as_of() }}

),

final as (

    select
        ---------- ids
        subscription_id,
        known_customer_id as customer_id,
        account_id,

        ---------- text
        plan,
        -- A status that was reached later than as_of, or may have been, is not
        -- taken back in time. An end without a date came at some time nobody
        -- wrote down.
        case
            when has_ended then 'ended'
            when latest_status = 'ended' and ended_at is null then 'ended'
            when is_cancelled then 'cancelled'
            when
                latest_status = 'cancelled'
                and cancelled_at is null
                and ended_at is null
                then 'cancelled'
            when
                latest_status in ('trialing', 'past_due', 'paused')
                and (latest_status <> 'trialing' or trial_ends_at is null)
                then latest_status
            when trial_ends_at >= {{ cdp_activate.as_of() }} then 'trialing'
            else 'active'
        end as status,
        {{ cdp_activate.word('billing_interval') }} as billing_interval,
        upper(trim(currency)) as currency,
        case when is_cancelled then cancel_reason end as cancel_reason,

        ---------- numerics
        quantity,
        monthly_amount,

        ---------- timestamps
        started_at,
        trial_ends_at,
        renews_at,
        case when is_cancelled then cancelled_at end as cancelled_at,
        -- An end still to come is known once notice was given.
        case when has_ended or is_cancelled then ended_at end as ended_at

    from dated

)

select * from final
