with

recent_touchpoints as (

    select * from {{ ref('customer_recent_touchpoints') }}

),

engagement_points as (

    select * from {{ ref('engagement_points') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

-- Few sorts of touchpoint have points: only those are counted.
counts as (

    select
        recent_touchpoints.customer_id,
        recent_touchpoints.touchpoint,
        sum(recent_touchpoints.touchpoint_count) as touchpoint_count

    from recent_touchpoints

    where
        recent_touchpoints.touchpoint in (
            select engagement_points.touchpoint from engagement_points
        )

    group by
        recent_touchpoints.customer_id,
        recent_touchpoints.touchpoint

),

points as (

    select
        counts.customer_id,
        sum(
            engagement_points.points
            * case
                when engagement_points.at_most < counts.touchpoint_count
                    then engagement_points.at_most
                else counts.touchpoint_count
            end
        ) as points

    from counts

    inner join engagement_points
        on counts.touchpoint = engagement_points.touchpoint

    group by counts.customer_id

),

scores as (

    select
        known_customers.customer_id,
        {{ cdp_activate.cast_as(
            'coalesce(points.points, 0)', 'numeric(18, 2)'
        ) }} as engagement_points,
        {{ cdp_activate.cast_as(
            'case when points.points > 100 then 100 else coalesce(points.points, '
            ~ '0) end',
            'numeric(18, 2)'
        ) }} as engagement_score

    from known_customers

    left join points
        on known_customers.customer_id = points.customer_id

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        case
            when engagement_score >= {{ var('cdp_engagement_high_from') }} then 'high'
            when engagement_score >= {{ var('cdp_engagement_medium_from') }}
                then 'medium'
            when engagement_score > 0 then 'low'
            else 'none'
        end as engagement_level,

        ---------- numerics
        engagement_points,
        engagement_score

    from scores

)

select * from final
