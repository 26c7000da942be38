{%- set window_start = cdp_activate.local_date(-90, 'UTC') -%}

with

customer_days as (

    select * from {{ ref('customer_days') }}

    where occurred_on >= {{ window_start }}

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        touchpoint,
        channel,
        direction,

        ---------- numerics
        count(distinct occurred_on) as day_count,
        cast(sum(touchpoint_count) as {{ dbt.type_bigint() }}) as touchpoint_count,
        cast(sum(total_value) as numeric(18, 2)) as total_value,
        cast(sum(positive_count) as {{ dbt.type_bigint() }}) as positive_count,
        cast(sum(negative_count) as {{ dbt.type_bigint() }}) as negative_count,

        ---------- timestamps
        min(first_occurred_at) as first_occurred_at,
        max(last_occurred_at) as last_occurred_at

    from customer_days

    group by
        customer_id,
        touchpoint,
        channel,
        direction

)

select * from final
