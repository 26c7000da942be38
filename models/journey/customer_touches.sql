-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='customer_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_due('customer_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'vocabulary_version', cdp_activate.seed_version('touchpoint_vocabulary')
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
ends as (

    select sequence.*

    from {{ ref('touchpoint_sequence') }} as sequence
    {%- if goes_on %}

    inner join due
        on sequence.customer_id = due.visitor_id
    {%- endif %}

    where sequence.is_first or sequence.is_last

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        max(case when is_first then touchpoint end) as first_touchpoint,
        max(case when is_first then channel end) as first_channel,
        max(case when is_first then marketing_channel end)
            as first_marketing_channel,
        max(case when is_last then touchpoint end) as last_touchpoint,
        max(case when is_last then channel end) as last_channel,
        max(case when is_last then marketing_channel end)
            as last_marketing_channel,
        {{ cdp_activate.seed_version('touchpoint_vocabulary') }} as vocabulary_version,

        ---------- numerics
        max(touchpoint_number) as touchpoint_count,

        ---------- timestamps
        min(occurred_at) as first_touch_at,
        max(occurred_at) as last_touch_at,
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from ends

    group by customer_id

)

select * from final
