-- One stage at any instant: within a customer and track each stay begins where
-- the one before it ended, is longer than nothing, differs from it, and only the
-- last one is open.
with

stage_history as (

    select * from {{ ref('stage_history') }}

),

neighbours as (

    select
        customer_id,
        track,
        stage,
        entered_from,
        is_current,
        valid_from,
        valid_to,
        lag(valid_to) over (
            partition by customer_id, track
            order by valid_from
        ) as valid_to_before,
        lag(stage) over (
            partition by customer_id, track
            order by valid_from
        ) as stage_before,
        row_number() over (
            partition by customer_id, track
            order by valid_from
        ) as stay_number,
        row_number() over (
            partition by customer_id, track
            order by valid_from desc
        ) as stays_left

    from stage_history

)

select * from neighbours

where
    valid_to <= valid_from
    or (valid_to is null) <> (stays_left = 1)
    or is_current <> (stays_left = 1)
    or (stay_number = 1 and entered_from is not null)
    or (
        stay_number > 1
        and (
            valid_to_before is null
            or valid_to_before <> valid_from
            or stage_before = stage
            or entered_from is null
            or entered_from <> stage_before
        )
    )
