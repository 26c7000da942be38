-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['day', 'channel', 'device_type'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_changed_days(ref('touchpoints')) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select distinct day

    from {{ this }}

),

{% endif -%}
acts as (

    select
        touchpoints.visitor_id,
        touchpoints.channel,
        touchpoints.device_type,
        cast(touchpoints.occurred_at as date) as day,
        touchpoints.written_at

    from {{ ref('touchpoints') }} as touchpoints
    {%- if is_incremental() %}

    left join held
        on cast(touchpoints.occurred_at as date) = held.day
    {%- endif %}

    where
        touchpoints.visitor_id is not null
        and touchpoints.direction = 'inbound'
        {%- if is_incremental() %}
        and held.day is null
        {%- endif %}

),

final as (

    select
        ---------- text
        channel,
        device_type,
        {{ cdp_activate.seed_version('touchpoint_vocabulary') }} as vocabulary_version,

        ---------- numerics
        count(distinct visitor_id) as visitor_count,
        count(*) as touchpoint_count,

        ---------- dates and timestamps
        day,
        max(written_at) as written_at

    from acts

    group by
        day,
        channel,
        device_type

)

select * from final
