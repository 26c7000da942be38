-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'path'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.walks_version()) }}",
        "{{ cdp_activate.delete_due('customer_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.walks_version()
) %}
{%- set touchpoints = var('cdp_path_touchpoints') | int(3) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
sequence as (

    select sequence.*

    from {{ ref('touchpoint_sequence') }} as sequence
    {%- if goes_on %}

    inner join due
        on sequence.customer_id = due.visitor_id
    {%- endif %}

),

-- Paths begin anywhere; the same touchpoint again at once is one step.
changes as (

    select
        customer_id,
        touchpoint,
        touchpoint_number

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
        touchpoint

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
        ) as path

    from walks

    union all

    select
        customer_id,
        '' as path

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
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from beginnings

    group by
        customer_id,
        path

)

select * from final
