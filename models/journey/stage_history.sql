-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='stage_id',
    on_schema_change='append_new_columns',
    pre_hook="{{ cdp_activate.delete_from_log(
        'customer_id in (select customer_id from ' ~ ref('stage_due') ~ ')'
    ) }}",
) }}

with

{% if is_incremental() -%}
due as (

    select * from {{ ref('stage_due') }}

),

{% endif -%}
touchpoints as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if is_incremental() %}

    inner join due
        on touchpoints.customer_id = due.customer_id
    {%- endif %}

),

stage_models as (

    select * from {{ ref('stage_models') }}

    where track in (
        {%- for track in cdp_activate.stage_tracks() %}
        '{{ track }}'{% if not loop.last %},{% endif %}
        {%- endfor %}
    )

),

-- The stages of a track, lowest rank first: each gets a bit, so that the set of
-- a customer's open stages is one number and the highest of them is its highest
-- bit.
stages as (

    select
        track,
        stage,
        phase,
        stage_rank,
        cast(power(
            2, row_number() over (partition by track order by stage_rank) - 1
        ) as {{ dbt.type_bigint() }}) as bit

    from stage_models

    group by
        track,
        stage,
        phase,
        stage_rank

),

rules as (

    select
        stage_models.track,
        stage_models.touchpoint,
        stage_models.from_nth,
        stage_models.lasting_days,
        stage_models.min_value,
        stage_models.closed_by,
        stage_models.closing_scope,
        stages.bit,
        row_number() over (
            order by
                stage_models.track,
                stage_models.stage,
                stage_models.touchpoint,
                stage_models.from_nth,
                stage_models.min_value
        ) as rule_number

    from stage_models

    inner join stages
        on
            stage_models.track = stages.track
            and stage_models.stage = stages.stage

),

matches as (

    select
        touchpoints.customer_id,
        touchpoints.touchpoint_id,
        touchpoints.object_id,
        touchpoints.occurred_at as opened_at,
        rules.track,
        rules.bit,
        rules.rule_number,
        rules.from_nth,
        rules.closed_by,
        rules.closing_scope,
        -- Evidence without an end outlasts the calendar.
        coalesce(
            {{ cdp_activate.add_time(
                'day', 'rules.lasting_days', 'touchpoints.occurred_at'
            ) }},
            {{ cdp_activate.end_of_time() }}
        ) as closed_at

    from touchpoints

    inner join rules
        on touchpoints.touchpoint = rules.touchpoint

    where
        touchpoints.customer_id is not null
        and (
            rules.min_value is null
            or touchpoints.value >= rules.min_value
        )

),

-- Only rules that wait for a later occurrence pay for being counted.
counted_matches as (

    select
        customer_id,
        track,
        bit,
        rule_number,
        from_nth,
        touchpoint_id,
        object_id,
        opened_at,
        closed_at,
        closed_by,
        closing_scope,
        row_number() over (
            partition by customer_id, rule_number
            order by opened_at, touchpoint_id
        ) as occurrence_number

    from matches

    where from_nth > 1

),

evidence as (

    select
        customer_id,
        track,
        bit,
        rule_number,
        touchpoint_id,
        object_id,
        opened_at,
        closed_at,
        closed_by,
        closing_scope

    from matches

    where from_nth = 1

    union all

    select
        customer_id,
        track,
        bit,
        rule_number,
        touchpoint_id,
        object_id,
        opened_at,
        closed_at,
        closed_by,
        closing_scope

    from counted_matches

    where occurrence_number >= from_nth

),

-- And only rules with something that ends their evidence early look for it.
closings as (

    select
        evidence.rule_number,
        evidence.touchpoint_id,
        min(touchpoints.occurred_at) as closed_at

    from evidence

    inner join touchpoints
        on
            evidence.customer_id = touchpoints.customer_id
            and evidence.closed_by = touchpoints.touchpoint
            and evidence.opened_at <= touchpoints.occurred_at

    where
        evidence.closing_scope = 'customer'
        or evidence.object_id = touchpoints.object_id

    group by
        evidence.rule_number,
        evidence.touchpoint_id

),

intervals as (

    select
        customer_id,
        track,
        bit,
        opened_at,
        closed_at

    from evidence

    where closed_by is null

    union all

    select
        evidence.customer_id,
        evidence.track,
        evidence.bit,
        evidence.opened_at,
        case
            when closings.closed_at < evidence.closed_at then closings.closed_at
            else evidence.closed_at
        end as closed_at

    from evidence

    left join closings
        on
            evidence.rule_number = closings.rule_number
            and evidence.touchpoint_id = closings.touchpoint_id

    where
        evidence.closed_by is not null
        and (
            closings.closed_at is null
            or closings.closed_at > evidence.opened_at
        )

),

-- Intervals of one stage overlap. What counts is where a run of them begins and
-- where it ends, so that a stage is open once or not at all.
neighbours as (

    select
        customer_id,
        track,
        bit,
        opened_at,
        max(closed_at) over (
            partition by customer_id, track, bit
            order by opened_at, closed_at
            rows between unbounded preceding and current row
        ) as open_until,
        max(closed_at) over (
            partition by customer_id, track, bit
            order by opened_at, closed_at
            rows between unbounded preceding and 1 preceding
        ) as was_open_until,
        lead(opened_at) over (
            partition by customer_id, track, bit
            order by opened_at, closed_at
        ) as next_opened_at

    from intervals

),

boundaries as (

    select
        customer_id,
        track,
        opened_at as valid_from,
        bit as bit_change

    from neighbours

    where
        was_open_until is null
        or was_open_until < opened_at

    union all

    select
        customer_id,
        track,
        open_until as valid_from,
        -bit as bit_change

    from neighbours

    where
        (next_opened_at is null or next_opened_at > open_until)
        and open_until < {{ cdp_activate.as_of() }}

),

-- Until when each stage that is open at as_of will be, if nothing more happens.
still_open as (

    select
        customer_id,
        track,
        bit,
        max(open_until) as open_until

    from neighbours

    where
        (next_opened_at is null or next_opened_at > open_until)
        and open_until >= {{ cdp_activate.as_of() }}

    group by
        customer_id,
        track,
        bit

),

instants as (

    select
        customer_id,
        track,
        valid_from,
        sum(bit_change) as bit_change

    from boundaries

    group by
        customer_id,
        track,
        valid_from

),

open_stages as (

    select
        customer_id,
        track,
        valid_from,
        cast(sum(bit_change) over (
            partition by customer_id, track
            order by valid_from
            rows between unbounded preceding and current row
        ) as {{ dbt.type_bigint() }}) as bits

    from instants

),

highest_stages as (

    select
        open_stages.customer_id,
        open_stages.track,
        open_stages.valid_from,
        stages.bit,
        coalesce(stages.stage, 'lapsed') as stage,
        coalesce(stages.phase, 'lapsed') as phase,
        coalesce(stages.stage_rank, 0) as stage_rank,
        lag(stages.stage) over (
            partition by open_stages.customer_id, open_stages.track
            order by open_stages.valid_from
        ) as stage_before,
        row_number() over (
            partition by open_stages.customer_id, open_stages.track
            order by open_stages.valid_from
        ) as instant_number

    from open_stages

    left join stages
        on
            open_stages.track = stages.track
            and open_stages.bits >= stages.bit
            and open_stages.bits < 2 * stages.bit

),

changes as (

    select
        customer_id,
        track,
        valid_from,
        bit,
        stage,
        phase,
        stage_rank,
        case
            when instant_number > 1 then coalesce(stage_before, 'lapsed')
        end as entered_from

    from highest_stages

),

stays as (

    select
        *,
        lead(valid_from) over (
            partition by customer_id, track
            order by valid_from
        ) as valid_to

    from changes

    where
        entered_from is null
        or entered_from <> stage

),

final as (

    select
        ---------- ids
        {{ dbt.hash(dbt.concat([
            'stays.customer_id', "'|'", 'stays.track', "'|'",
            cdp_activate.time_as_text('stays.valid_from'),
        ])) }} as stage_id,
        stays.customer_id,

        ---------- text
        stays.track,
        stays.stage,
        stays.phase,
        stays.entered_from,

        ---------- numerics
        stays.stage_rank as rank,

        ---------- booleans
        stays.valid_to is null as is_current,

        ---------- timestamps
        stays.valid_from,
        stays.valid_to,
        case
            when still_open.open_until < {{ cdp_activate.end_of_time() }}
                then still_open.open_until
        end as lasts_until,
        {{ cdp_activate.written_at() }} as written_at

    from stays

    left join still_open
        on
            stays.valid_to is null
            and stays.customer_id = still_open.customer_id
            and stays.track = still_open.track
            and stays.bit = still_open.bit

)

select * from final
