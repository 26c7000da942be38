with

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where visitor_id is not null

),

contact_names as (

    select distinct touchpoint

    from {{ ref('touchpoint_vocabulary') }}

    where is_contact

),

final as (

    select
        ---------- ids
        touchpoints.visitor_id,
        max(touchpoints.customer_id) as customer_id,

        ---------- numerics
        count(*) as touchpoint_count,
        count(case when touchpoints.is_visit then 1 end) as visit_count,
        count(case
            when touchpoints.is_visit or contact_names.touchpoint is not null then 1
        end) as touch_count,

        ---------- timestamps
        min(touchpoints.occurred_at) as first_touchpoint_at,
        max(touchpoints.occurred_at) as last_touchpoint_at,
        max(touchpoints.written_at) as written_at,
        max(case when touchpoints.is_visit then touchpoints.written_at end)
            as visits_written_at,
        max(case
            when touchpoints.is_visit or contact_names.touchpoint is not null
                then touchpoints.written_at
        end) as touches_written_at

    from touchpoints

    left join contact_names
        on touchpoints.touchpoint = contact_names.touchpoint

    group by touchpoints.visitor_id

)

select * from final
