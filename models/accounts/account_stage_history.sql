with

stage_history as (

    select * from {{ ref('stage_history') }}

    where track = {{ cdp_activate.main_track() }}

),

account_members as (

    select * from {{ ref('account_members') }}

),

opportunities as (

    select * from {{ ref('account_opportunities') }}

),

subscriptions as (

    select * from {{ ref('account_subscriptions') }}

),

account_stages as (

    select * from {{ ref('account_stages') }}

),

-- What a member did before joining was not done for the account.
evidence as (

    select
        account_members.account_id,
        'member_stage' as evidence,
        stage_history.stage as evidence_value,
        greatest(
            stage_history.valid_from,
            coalesce(account_members.joined_at, stage_history.valid_from)
        ) as valid_from,
        stage_history.valid_to

    from account_members

    inner join stage_history
        on account_members.customer_id = stage_history.customer_id

    union all

    select
        account_id,
        'open_opportunity' as evidence,
        kind as evidence_value,
        created_at as valid_from,
        closed_at as valid_to

    from opportunities

    where
        is_open
        or closed_at is not null

    union all

    select
        account_id,
        'won_opportunity' as evidence,
        kind as evidence_value,
        coalesce(closed_at, created_at) as valid_from,
        cast(null as {{ dbt.type_timestamp() }}) as valid_to

    from opportunities

    where outcome = 'won'

    union all

    -- When an ended one ended may be unknown: then it says nothing.
    select
        account_id,
        'running_subscription' as evidence,
        plan as evidence_value,
        started_at as valid_from,
        ended_at as valid_to

    from subscriptions

    where
        status <> 'ended'
        or ended_at is not null

),

matches as (

    select
        evidence.account_id,
        account_stages.stage_rank,
        evidence.valid_from,
        evidence.valid_to,
        case
            when account_stages.lasting_days is not null
                then
                    {{ cdp_activate.add_time(
                        'day', 'account_stages.lasting_days', 'evidence.valid_from'
                    ) }}
        end as lasts_until

    from evidence

    inner join account_stages
        on
            evidence.evidence = account_stages.evidence
            and (
                account_stages.evidence_value is null
                or evidence.evidence_value = account_stages.evidence_value
            )

),

spans as (

    select
        account_id,
        stage_rank,
        valid_from,
        case
            when valid_to is null then lasts_until
            when lasts_until is null then valid_to
            else least(valid_to, lasts_until)
        end as valid_to

    from matches

),

instants as (

    select
        account_id,
        valid_from as changed_at

    from spans

    where valid_to is null or valid_to > valid_from

    union distinct

    select
        account_id,
        valid_to as changed_at

    from spans

    where
        valid_to > valid_from
        and valid_to < {{ cdp_activate.as_of() }}

),

ranks as (

    select
        instants.account_id,
        instants.changed_at,
        max(spans.stage_rank) as stage_rank

    from instants

    left join spans
        on
            instants.account_id = spans.account_id
            and instants.changed_at >= spans.valid_from
            and (
                spans.valid_to is null
                or instants.changed_at < spans.valid_to
            )

    group by
        instants.account_id,
        instants.changed_at

),

names as (

    select distinct
        stage,
        stage_rank

    from account_stages

),

named as (

    select
        ranks.account_id,
        ranks.changed_at,
        coalesce(names.stage, 'lapsed') as stage,
        coalesce(ranks.stage_rank, 0) as stage_rank

    from ranks

    left join names
        on ranks.stage_rank = names.stage_rank

),

preceded as (

    select
        *,
        lag(stage) over (
            partition by account_id
            order by changed_at
        ) as entered_from

    from named

),

stays as (

    select
        *,
        lead(changed_at) over (
            partition by account_id
            order by changed_at
        ) as valid_to

    from preceded

    where
        entered_from is null
        or entered_from <> stage

),

final as (

    select
        ---------- ids
        {{ dbt.hash(dbt.concat([
            'account_id', "'|'",
            cdp_activate.time_as_text('changed_at'),
        ])) }} as account_stage_id,
        account_id,

        ---------- text
        'account' as track,
        stage,
        entered_from,

        ---------- numerics
        stage_rank,

        ---------- booleans
        valid_to is null as is_current,

        ---------- timestamps
        changed_at as valid_from,
        valid_to

    from stays

)

select * from final
