{{ config(materialized='view') }}

with

stage_history as (

    select * from {{ ref('stage_history') }}

),

final as (

    select
        ---------- ids
        stage_id,
        customer_id,

        ---------- text
        track,
        stage,
        phase,
        entered_from,

        ---------- numerics
        rank,

        ---------- timestamps
        valid_from

    from stage_history

    where is_current

)

select * from final
