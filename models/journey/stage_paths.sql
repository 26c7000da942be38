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
        "{{ cdp_activate.delete_due('customer_id', ref('stage_judgements'), 'customer_id') }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.stage_paths_version()
) %}
{%- set steps = var('cdp_path_stages') | int(6) %}

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
),

-- Paths of stages begin at the start of each customer's journey.
numbered_stays as (

    select
        customer_id,
        track,
        stage,
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
        max(step) as step_count

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
        cast(step_count as {{ dbt.type_bigint() }}) as step_count,

        ---------- timestamps
        {{ cdp_activate.mark_of(ref('stage_judgements')) }} as written_at

    from steps

)

select * from final
