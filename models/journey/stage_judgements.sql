{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='customer_id',
    on_schema_change='append_new_columns',
) }}

with

due as (

    select * from {{ ref('stage_due') }}

),

stage_history as (

    select * from {{ ref('stage_history') }}

),

first_ends as (

    select
        customer_id,
        min(lasts_until) as lasts_until

    from stage_history

    where is_current

    group by customer_id

),

final as (

    select
        ---------- ids
        due.customer_id,

        ---------- text
        due.rules_version,

        ---------- numerics
        due.touchpoint_count,

        ---------- timestamps
        due.touchpoints_written_at,
        due.judged_at,
        first_ends.lasts_until,
        {{ cdp_activate.written_at() }} as written_at

    from due

    left join first_ends
        on due.customer_id = first_ends.customer_id

)

select * from final
