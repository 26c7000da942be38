-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='touchpoint_id',
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
touchpoints as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if goes_on %}

    inner join due
        on touchpoints.customer_id = due.visitor_id
    {%- endif %}

    where touchpoints.customer_id is not null

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
        cast(touchpoint_number as {{ dbt.type_bigint() }}) as touchpoint_number,
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
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from neighbours

)

select * from final
