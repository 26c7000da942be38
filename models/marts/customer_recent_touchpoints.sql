-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['customer_id', 'touchpoint', 'channel', 'direction'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_changed_lately(ref('touchpoints')) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select distinct customer_id

    from {{ this }}

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
        and touchpoints.occurred_at
        >= {{ cdp_activate.period_start('day', -90, 'UTC') }}
        {%- if is_incremental() %}
        and held.customer_id is null
        {%- endif %}

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        touchpoint,
        channel,
        direction,
        {{ cdp_activate.seed_version('touchpoint_vocabulary') }} as vocabulary_version,

        ---------- numerics
        count(*) as touchpoint_count,
        count(distinct cast(occurred_at as date)) as day_count,
        {{ cdp_activate.cast_as('sum(value)', 'numeric(18, 2)') }} as total_value,
        cast(sum(case when sentiment > 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as positive_count,
        cast(sum(case when sentiment < 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as negative_count,

        ---------- timestamps
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at,
        max(written_at) as written_at

    from touchpoints

    group by
        customer_id,
        touchpoint,
        channel,
        direction

)

select * from final
