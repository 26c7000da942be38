{%- set double = cdp_activate.type_double() -%}
{%- set touchpoints = var('cdp_path_touchpoints') | int(3) -%}

with

walks as (

    select * from {{ ref('touchpoint_walks') }}

),

stage_paths as (

    select
        'stages' as kind,
        track,
        path,
        step_count,
        count(*) as path_count

    from {{ ref('stage_paths') }}

    group by
        track,
        path,
        step_count

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
        cast(place as {{ dbt.type_bigint() }}) as place,
        cast(step_count as {{ dbt.type_bigint() }}) as step_count,
        path_count,
        share

    from ranked

    where place <= {{ var('cdp_path_top') }}

)

select * from final
