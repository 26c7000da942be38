-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='customer_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_changed(
            'customer_id', ref('visitor_touchpoints'), 'max(touchpoint_count)',
            held_count='max(touchpoint_count)'
        ) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select customer_id

    from {{ this }}

),

{% endif -%}
ends as (

    select sequence.*

    from {{ ref('touchpoint_sequence') }} as sequence
    {%- if is_incremental() %}

    left join held
        on sequence.customer_id = held.customer_id
    {%- endif %}

    where
        (sequence.is_first or sequence.is_last)
        {%- if is_incremental() %}
        and held.customer_id is null
        {%- endif %}

),

visitors as (

    select * from {{ ref('visitor_touchpoints') }}

),

final as (

    select
        ---------- ids
        ends.customer_id,

        ---------- text
        max(case when ends.is_first then ends.touchpoint end) as first_touchpoint,
        max(case when ends.is_first then ends.channel end) as first_channel,
        max(case when ends.is_first then ends.marketing_channel end)
            as first_marketing_channel,
        max(case when ends.is_last then ends.touchpoint end) as last_touchpoint,
        max(case when ends.is_last then ends.channel end) as last_channel,
        max(case when ends.is_last then ends.marketing_channel end)
            as last_marketing_channel,
        {{ cdp_activate.seed_version('touchpoint_vocabulary') }} as vocabulary_version,

        ---------- numerics
        max(ends.touchpoint_number) as touchpoint_count,

        ---------- timestamps
        min(ends.occurred_at) as first_touch_at,
        max(ends.occurred_at) as last_touch_at,
        max(visitors.written_at) as written_at

    from ends

    inner join visitors
        on ends.customer_id = visitors.customer_id

    group by ends.customer_id

)

select * from final
