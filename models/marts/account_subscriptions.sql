with

subscriptions as (

    select * from {{ ref('subscriptions_as_of') }}

),

accounts as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

final as (

    select
        ---------- ids
        subscriptions.subscription_id,
        subscriptions.account_id,
        subscriptions.customer_id,

        ---------- text
        subscriptions.plan,
        subscriptions.status,
        subscriptions.billing_interval,
        subscriptions.currency,
        subscriptions.cancel_reason,

        ---------- numerics
        subscriptions.quantity,
        subscriptions.monthly_amount,

        ---------- booleans
        subscriptions.status not in ('paused', 'ended') as is_running,

        ---------- timestamps
        subscriptions.started_at,
        subscriptions.trial_ends_at,
        subscriptions.renews_at,
        subscriptions.cancelled_at,
        subscriptions.ended_at

    from subscriptions

    inner join accounts
        on subscriptions.account_id = accounts.account_id

    where
        accounts.created_at is null
        or accounts.created_at < {{ cdp_activate.as_of() }}

)

select * from final
