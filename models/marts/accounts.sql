with

accounts as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

current_stages as (

    select * from {{ ref('account_stage_history') }}

    where is_current

),

account_members as (

    select * from {{ ref('account_members') }}

),

buying_roles as (

    select * from {{ ref('account_buying_roles') }}

),

purchases as (

    select * from {{ ref('account_purchases') }}

),

committees as (

    select
        account_id,
        sum(member_count) as member_count,
        sum(engaged_member_count) as engaged_member_count,
        sum(case when buying_role = 'champion' then member_count else 0 end)
            as champion_count,
        sum(case when buying_role = 'user' then member_count else 0 end)
            as user_count,
        sum(case when is_required then 1 else 0 end) as required_role_count,
        sum(case when is_required and is_filled then 1 else 0 end)
            as filled_role_count

    from buying_roles

    group by account_id

),

missing_roles as (

    select
        account_id,
        {{ cdp_activate.sorted_texts('buying_role') }}
            as missing_roles

    from buying_roles

    where
        is_required
        and not is_filled

    group by account_id

),

numbered_champions as (

    select
        account_members.account_id,
        account_members.customer_id,
        row_number() over (
            partition by account_members.account_id
            order by
                coalesce(account_members.joined_at, {{ cdp_activate.long_ago() }}),
                account_members.customer_id
        ) as champion_number

    from account_members

    inner join {{ ref('buying_roles') }} as role_names
        on
            replace(
                replace({{ cdp_activate.word('account_members.role') }}, '_', ' '),
                '-', ' '
            )
            = role_names.role

    where role_names.buying_role = 'champion'

),

opportunities as (

    select
        account_id,
        count(*) as open_opportunity_count,
        -- Amounts of several currencies have no sum.
        case when count(distinct currency) <= 1 then sum(amount) end
            as open_opportunity_amount,
        min(expected_close_on) as next_expected_close_on

    from {{ ref('account_opportunities') }}

    where is_open

    group by account_id

),

subscriptions as (

    select
        account_id,
        count(*) as running_subscription_count,
        case when count(distinct currency) <= 1 then sum(monthly_amount) end
            as monthly_amount,
        sum(case when status = 'cancelled' then 1 else 0 end) as notice_count,
        min(case
            when status <> 'cancelled' and renews_at >= {{ cdp_activate.as_of() }}
                then renews_at
        end) as next_renewal_at

    from {{ ref('account_subscriptions') }}

    where is_running

    group by account_id

),

touches as (

    select
        account_id,
        sum(touchpoint_count) as touchpoint_count,
        min(first_touchpoint_at) as first_touchpoint_at,
        max(last_touchpoint_at) as last_touchpoint_at

    from {{ ref('account_channels') }}

    group by account_id

),

final as (

    select
        ---------- ids
        accounts.account_id,
        accounts.parent_account_id,
        numbered_champions.customer_id as champion_customer_id,

        ---------- text
        accounts.account_name,
        accounts.industry,
        accounts.domain,
        accounts.country,
        accounts.city,
        accounts.plan,
        accounts.owner_name,
        current_stages.stage,
        missing_roles.missing_roles,

        ---------- numerics
        accounts.employees,
        accounts.annual_revenue,
        cast(coalesce(committees.member_count, 0) as {{ dbt.type_bigint() }})
            as member_count,
        cast(
            coalesce(committees.engaged_member_count, 0) as {{ dbt.type_bigint() }}
        ) as engaged_member_count,
        cast(coalesce(committees.champion_count, 0) as {{ dbt.type_bigint() }})
            as champion_count,
        cast(coalesce(committees.user_count, 0) as {{ dbt.type_bigint() }})
            as user_count,
        {{ cdp_activate.cast_as(
            'committees.filled_role_count * 1.0 / '
            ~ 'nullif(committees.required_role_count, 0)',
            'numeric(18, 4)'
        ) }} as committee_coverage,
        coalesce(purchases.order_count, 0) as order_count,
        coalesce(purchases.lifetime_value, 0) as lifetime_value,
        cast(coalesce(touches.touchpoint_count, 0) as {{ dbt.type_bigint() }})
            as touchpoint_count,
        coalesce(opportunities.open_opportunity_count, 0)
            as open_opportunity_count,
        {{ cdp_activate.cast_as(
            'opportunities.open_opportunity_amount', 'numeric(18, 2)'
        ) }}
            as open_opportunity_amount,
        coalesce(subscriptions.running_subscription_count, 0)
            as running_subscription_count,
        {{ cdp_activate.cast_as(
            'subscriptions.monthly_amount', 'numeric(18, 2)'
        ) }} as monthly_amount,

        ---------- booleans
        coalesce(subscriptions.notice_count, 0) > 0 as is_under_notice,

        ---------- dates and timestamps
        opportunities.next_expected_close_on,
        accounts.created_at,
        current_stages.valid_from as stage_since,
        purchases.first_order_at,
        purchases.last_order_at,
        touches.first_touchpoint_at,
        touches.last_touchpoint_at,
        subscriptions.next_renewal_at

    from accounts

    left join current_stages
        on accounts.account_id = current_stages.account_id

    left join committees
        on accounts.account_id = committees.account_id

    left join missing_roles
        on accounts.account_id = missing_roles.account_id

    left join numbered_champions
        on
            accounts.account_id = numbered_champions.account_id
            and numbered_champions.champion_number = 1

    left join purchases
        on accounts.account_id = purchases.account_id

    left join touches
        on accounts.account_id = touches.account_id

    left join opportunities
        on accounts.account_id = opportunities.account_id

    left join subscriptions
        on accounts.account_id = subscriptions.account_id

    where
        accounts.created_at is null
        or accounts.created_at < {{ cdp_activate.as_of() }}

)

select * from final
