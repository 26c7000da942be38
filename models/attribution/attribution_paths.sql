-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='path_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.paths_version()) }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.paths_version()
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
touches as (

    select touches.*

    from {{ ref('attribution_touches') }} as touches
    {%- if goes_on %}

    inner join due
        on touches.visitor_id = due.visitor_id
    {%- endif %}

),

final as (

    select
        ---------- ids
        path_id,
        max(visitor_id) as visitor_id,

        ---------- text
        {{ cdp_activate.first_by('channel', 'step') }} as first_channel,
        {{ cdp_activate.last_by('channel', 'step') }} as last_channel,
        {{ cdp_activate.paths_version() }} as rules_version,

        ---------- numerics
        count(*) as touch_count,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value,
        sum(non_conversions) as non_conversions,

        ---------- timestamps
        min(occurred_at) as started_at,
        max(converted_at) as converted_at,
        {{ cdp_activate.mark_of(ref('attribution_touches')) }} as written_at

    from touches

    group by path_id

)

select * from final
