-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='path_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.paths_version()) }}",
        "{{ cdp_activate.delete_changed(
            'visitor_id', ref('attribution_touches'), held_count='sum(touch_count)'
        ) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select distinct visitor_id

    from {{ this }}

),

{% endif -%}
touches as (

    select touches.*

    from {{ ref('attribution_touches') }} as touches
    {%- if is_incremental() %}

    left join held
        on touches.visitor_id = held.visitor_id

    where held.visitor_id is null
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
        max(written_at) as written_at

    from touches

    group by path_id

)

select * from final
