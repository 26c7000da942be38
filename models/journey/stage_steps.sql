-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'track', 'rank'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.rules_version()) }}",
        "{{ cdp_activate.delete_changed(
            'customer_id', ref('stage_history'), '1', held_count='1'
        ) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select distinct customer_id

    from {{ this }}

),

{% endif -%}
stage_history as (

    select stage_history.*

    from {{ ref('stage_history') }} as stage_history
    {%- if is_incremental() %}

    left join held
        on stage_history.customer_id = held.customer_id
    {%- endif %}

    where
        stage_history.stage <> 'lapsed'
        {%- if is_incremental() %}
        and held.customer_id is null
        {%- endif %}
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
        max(case when is_current then 1 else 0 end) as is_there,
        max(written_at) as written_at

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
        ) as is_there,
        max(first_stays.written_at) as written_at

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
        written_at

    from reached

)

select * from final
