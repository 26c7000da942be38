-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='touchpoint_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_changed(
            'customer_id', ref('visitor_touchpoints'), 'max(touchpoint_count)'
        ) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select customer_id

    from {{ this }}

    where is_first

),

{% endif -%}
touchpoints as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if is_incremental() %}

    left join held
        on touchpoints.customer_id = held.customer_id
    {%- endif %}

    where
        touchpoints.customer_id is not null
        {%- if is_incremental() %}
        and held.customer_id is null
        {%- endif %}

),

neighbours as (

    select
        touchpoint_id,
        customer_id,
        touchpoint,
        channel,
        marketing_channel,
        direction,
        vocabulary_version,
        occurred_at,
        written_at,
        row_number() over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as touchpoint_number,
        lag(touchpoint) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as previous_touchpoint,
        lag(occurred_at) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as previous_occurred_at,
        lead(touchpoint) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as next_touchpoint,
        lead(occurred_at) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as next_occurred_at

    from touchpoints

),

final as (

    select
        ---------- ids
        touchpoint_id,
        customer_id,

        ---------- text
        touchpoint,
        channel,
        marketing_channel,
        direction,
        previous_touchpoint,
        next_touchpoint,
        vocabulary_version,

        ---------- numerics
        touchpoint_number,
        cast(
            {{ cdp_activate.time_between(
                'previous_occurred_at', 'occurred_at', 'second'
            ) }}
            as {{ dbt.type_bigint() }}
        ) as seconds_since_previous,
        cast(
            {{ cdp_activate.time_between('occurred_at', 'next_occurred_at', 'second') }}
            as {{ dbt.type_bigint() }}
        ) as seconds_to_next,

        ---------- booleans
        touchpoint_number = 1 as is_first,
        next_touchpoint is null as is_last,

        ---------- timestamps
        occurred_at,
        written_at

    from neighbours

)

select * from final
