{%- set double = cdp_activate.type_double() -%}
{%- set stages = var('cdp_path_stages') | int(6) -%}
{%- set touchpoints = var('cdp_path_touchpoints') | int(3) -%}

with

stage_history as (

    select * from {{ ref('stage_history') }}

),

walks as (

    select * from {{ ref('touchpoint_walks') }}

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

customer_paths as (

    select
        customer_id,
        track,
        {%- for step in range(1, stages + 1) %}
        max(case when step = {{ step }} then stage end) as step_{{ step }},
        {%- endfor %}
        max(step) as step_count

    from numbered_stays

    where step <= {{ stages }}

    group by
        customer_id,
        track

),

counted_customer_paths as (

    select
        track,
        {%- for step in range(1, stages + 1) %}
        step_{{ step }},
        {%- endfor %}
        step_count,
        count(*) as path_count

    from customer_paths

    group by
        track,
        {%- for step in range(1, stages + 1) %}
        step_{{ step }},
        {%- endfor %}
        step_count

),

stage_paths as (

    select
        'stages' as kind,
        track,
        {%- for step in range(1, stages + 1) %}
        {% if loop.first -%}
        step_1
        {%- else -%}
        || coalesce(' > ' || step_{{ step }}, '')
        {%- endif %}
        {%- endfor %} as path,
        step_count,
        path_count

    from counted_customer_paths

),

touchpoint_paths as (

    select
        'touchpoints' as kind,
        cast(null as {{ dbt.type_string() }}) as track,
        path,
        {{ touchpoints }} as step_count,
        cast(sum(touchpoint_count) as {{ dbt.type_bigint() }}) as path_count

    from walks

    where path <> ''

    group by path

),

paths as (

    select * from stage_paths

    union all

    select * from touchpoint_paths

),

ranked as (

    select
        *,
        cast(path_count as {{ double }}) / sum(path_count) over (
            partition by kind, track
        ) as share,
        row_number() over (
            partition by kind, track
            order by path_count desc, path asc
        ) as place

    from paths

),

final as (

    select
        ---------- text
        kind,
        track,
        path,

        ---------- numerics
        place,
        step_count,
        path_count,
        share

    from ranked

    where place <= {{ var('cdp_path_top') }}

)

select * from final
