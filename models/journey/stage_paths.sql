-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'track'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(
            cdp_activate.stage_paths_version()
        ) }}",
        "{{ cdp_activate.delete_changed(
            'customer_id', ref('stage_history'), '1', held_count='1'
        ) }}",
    ],
) }}
{%- set steps = var('cdp_path_stages') | int(6) %}

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

    where held.customer_id is null
    {%- endif %}
),

-- Paths of stages begin at the start of each customer's journey.
numbered_stays as (

    select
        customer_id,
        track,
        stage,
        written_at,
        row_number() over (
            partition by customer_id, track
            order by valid_from
        ) as step

    from stage_history

),

steps as (

    select
        customer_id,
        track,
        {%- for step in range(1, steps + 1) %}
        max(case when step = {{ step }} then stage end) as step_{{ step }},
        {%- endfor %}
        max(step) as step_count,
        max(written_at) as written_at

    from numbered_stays

    where step <= {{ steps }}

    group by
        customer_id,
        track

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        track,
        {% for step in range(1, steps + 1) -%}
        {% if loop.first -%}
        step_1
        {%- else -%}
        || coalesce(' > ' || step_{{ step }}, '')
        {%- endif %}
        {% endfor -%}
        as path,
        {{ cdp_activate.stage_paths_version() }} as rules_version,

        ---------- numerics
        step_count,

        ---------- timestamps
        written_at

    from steps

)

select * from final
