-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'track', 'rank'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.rules_version()) }}",
        "{{ cdp_activate.delete_due('customer_id', ref('stage_judgements'), 'customer_id') }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.rules_version()
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('stage_judgements'), 'customer_id') }}

),

{% endif -%}
stage_history as (

    select stage_history.*

    from {{ ref('stage_history') }} as stage_history
    {%- if goes_on %}

    inner join due
        on stage_history.customer_id = due.customer_id
    {%- endif %}

    where stage_history.stage <> 'lapsed'
),

stages as (

    select
        track,
        stage_rank as rank

    from {{ ref('stage_models') }}

    group by
        track,
        stage_rank

),

first_stays as (

    select
        customer_id,
        track,
        rank,
        min(valid_from) as first_at,
        max(case when is_current then 1 else 0 end) as is_there

    from stage_history

    group by
        customer_id,
        track,
        rank

),

-- Whoever was in a later stage has passed the earlier ones, seen there or not, so
-- that the funnel narrows and never widens.
reached as (

    select
        first_stays.customer_id,
        first_stays.track,
        stages.rank,
        min(first_stays.first_at) as reached_at,
        max(
            case
                when first_stays.rank = stages.rank then first_stays.is_there
                else 0
            end
        ) as is_there

    from first_stays

    inner join stages
        on
            first_stays.track = stages.track
            and first_stays.rank >= stages.rank

    group by
        first_stays.customer_id,
        first_stays.track,
        stages.rank

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        track,
        {{ cdp_activate.rules_version() }} as rules_version,

        ---------- numerics
        rank,

        ---------- booleans
        is_there = 1 as is_current,

        ---------- timestamps
        reached_at,
        lead(reached_at) over (
            partition by customer_id, track
            order by rank
        ) as next_reached_at,
        {{ cdp_activate.mark_of(ref('stage_judgements')) }} as written_at

    from reached

)

select * from final
