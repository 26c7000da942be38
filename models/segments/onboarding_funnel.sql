with

milestones as (

    select * from {{ ref('customer_milestones') }}

),

stage_models as (

    select distinct
        stage,
        stage_rank

    from {{ ref('stage_models') }}

    where track = 'onboarding'

),

customers as (

    select count(*) as customer_count

    from {{ ref('known_customers') }}

),

reached as (

    select
        milestone,
        count(*) as reached_count,
        {{ cdp_activate.percentile('days_to_reach', 0.5) }} as median_days

    from milestones

    group by milestone

),

final as (

    select
        ---------- text
        stage_models.stage as milestone,

        ---------- numerics
        stage_models.stage_rank as milestone_rank,
        customers.customer_count,
        coalesce(reached.reached_count, 0) as reached_count,
        {{ cdp_activate.cast_as(
            'coalesce(reached.reached_count, 0) * 1.0 / '
            ~ 'nullif(customers.customer_count, 0)',
            'numeric(18, 6)'
        ) }} as reached_rate,
        {{ cdp_activate.cast_as(
            'reached.median_days', 'numeric(18, 2)'
        ) }} as median_days_to_reach

    from stage_models

    cross join customers

    left join reached
        on stage_models.stage = reached.milestone

)

select * from final
