-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'path'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.walks_version()) }}",
        "{{ cdp_activate.delete_changed(
            'customer_id', ref('visitor_touchpoints'), 'max(touchpoint_count)',
            held_count='sum(touchpoint_count)'
        ) }}",
    ],
) }}
{%- set touchpoints = var('cdp_path_touchpoints') | int(3) %}

with

{% if is_incremental() -%}
held as (

    select distinct customer_id

    from {{ this }}

),

{% endif -%}
sequence as (

    select sequence.*

    from {{ ref('touchpoint_sequence') }} as sequence
    {%- if is_incremental() %}

    left join held
        on sequence.customer_id = held.customer_id

    where held.customer_id is null
    {%- endif %}

),

-- Paths begin anywhere; the same touchpoint again at once is one step.
changes as (

    select
        customer_id,
        touchpoint,
        touchpoint_number,
        written_at

    from sequence

    where
        previous_touchpoint is null
        or previous_touchpoint <> touchpoint

),

walks as (

    select
        {%- for step in range(1, touchpoints) %}
        lead(touchpoint, {{ step }}) over (
            partition by customer_id
            order by touchpoint_number
        ) as next_{{ step }},
        {%- endfor %}
        customer_id,
        touchpoint,
        written_at

    from changes

),

-- What begins no walk of that length is counted too, so that all is accounted for.
beginnings as (

    select
        customer_id,
        coalesce(
            touchpoint
            {%- for step in range(1, touchpoints) %}
            || ' > ' || next_{{ step }}
            {%- endfor %}, ''
        ) as path,
        written_at

    from walks

    union all

    select
        customer_id,
        '' as path,
        written_at

    from sequence

    where previous_touchpoint = touchpoint

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        path,
        {{ cdp_activate.walks_version() }} as rules_version,

        ---------- numerics
        count(*) as touchpoint_count,

        ---------- timestamps
        max(written_at) as written_at

    from beginnings

    group by
        customer_id,
        path

)

select * from final
