-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='transition_id',
    on_schema_change='append_new_columns',
    pre_hook="{{ cdp_activate.delete_due('customer_id', ref('stage_judgements'), 'customer_id') }}",
) }}
{%- set double = cdp_activate.type_double() -%}

with

{% if is_incremental() -%}
due as (

    {{ cdp_activate.due(ref('stage_judgements'), 'customer_id') }}

),

{% endif -%}
stage_history as (

    select stage_history.*

    from {{ ref('stage_history') }} as stage_history
    {%- if is_incremental() %}

    inner join due
        on stage_history.customer_id = due.customer_id
    {%- endif %}

),

-- Only the person's own acts: what the company sent is no sign of what was missing.
acts as (

    select
        touchpoint_id,
        customer_id,
        touchpoint,
        channel,
        occurred_at

    from {{ ref('touchpoints') }}

    where
        customer_id is not null
        and direction = 'inbound'

),

stays as (

    select
        stage_id,
        customer_id,
        track,
        entered_from,
        stage,
        rank,
        valid_from,
        lag(rank) over (
            partition by customer_id, track
            order by valid_from
        ) as from_rank,
        lag(valid_from) over (
            partition by customer_id, track
            order by valid_from
        ) as entered_from_at

    from stage_history

),

lapses as (

    select
        stage_id,
        customer_id,
        valid_from

    from stays

    where
        stage = 'lapsed'
        and entered_from is not null

),

acts_before as (

    select
        lapses.stage_id,
        acts.touchpoint,
        acts.channel,
        row_number() over (
            partition by lapses.stage_id
            order by acts.occurred_at desc, acts.touchpoint_id desc
        ) as place

    from lapses

    inner join acts
        on
            lapses.customer_id = acts.customer_id
            and lapses.valid_from > acts.occurred_at

),

last_acts as (

    select
        stage_id,
        touchpoint as last_touchpoint,
        channel as last_channel

    from acts_before

    where place = 1

),

final as (

    select
        ---------- ids
        stays.stage_id as transition_id,
        stays.customer_id,

        ---------- text
        stays.track,
        coalesce(stays.entered_from, 'start') as from_stage,
        stays.stage as to_stage,
        case
            when stays.entered_from is null then 'start'
            when stays.stage = 'lapsed' then 'lapse'
            when stays.entered_from = 'lapsed' then 'return'
            when stays.rank > stays.from_rank then 'forward'
            else 'back'
        end as movement,
        last_acts.last_touchpoint,
        last_acts.last_channel,

        ---------- numerics
        stays.from_rank,
        stays.rank as to_rank,
        -- Customers can be counted by those whose first such move it is.
        cast(row_number() over (
            partition by
                stays.customer_id,
                stays.track,
                coalesce(stays.entered_from, 'start'),
                stays.stage
            order by stays.valid_from
        ) as {{ dbt.type_bigint() }}) as occurrence_number,
        cast({{ cdp_activate.time_between(
            'stays.entered_from_at', 'stays.valid_from', 'second'
        ) }} as {{ double }}) / 86400 as days_in_from_stage,

        ---------- timestamps
        stays.valid_from as moved_at,
        {{ cdp_activate.mark_of(ref('stage_judgements')) }} as written_at

    from stays

    left join last_acts
        on stays.stage_id = last_acts.stage_id

)

select * from final
