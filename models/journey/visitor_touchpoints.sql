-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='visitor_id',
    on_schema_change='append_new_columns',
) }}

with

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where visitor_id is not null

),

counted as (

    select
        visitor_id,
        max(customer_id) as customer_id,
        count(*) as touchpoint_count,
        min(occurred_at) as first_touchpoint_at,
        max(occurred_at) as last_touchpoint_at,
        max(written_at) as touchpoints_written_at

    from touchpoints

    group by visitor_id

),

{% if is_incremental() -%}
-- Whoever has none any more is noted, too, with a count of 0.
changed as (

    select
        coalesce(counted.visitor_id, held.visitor_id) as visitor_id,
        counted.customer_id,
        coalesce(counted.touchpoint_count, 0) as touchpoint_count,
        counted.first_touchpoint_at,
        counted.last_touchpoint_at,
        counted.touchpoints_written_at

    from counted

    full outer join {{ this }} as held
        on counted.visitor_id = held.visitor_id

    where
        held.visitor_id is null
        or held.touchpoint_count <> coalesce(counted.touchpoint_count, 0)
        or held.touchpoints_written_at <> counted.touchpoints_written_at

),

{% else -%}
changed as (

    select * from counted

),

{% endif -%}
final as (

    select
        ---------- ids
        visitor_id,
        customer_id,

        ---------- numerics
        cast(touchpoint_count as {{ dbt.type_bigint() }}) as touchpoint_count,

        ---------- timestamps
        first_touchpoint_at,
        last_touchpoint_at,
        touchpoints_written_at,
        {{ cdp_activate.written_at() }} as written_at

    from changed

)

select * from final
