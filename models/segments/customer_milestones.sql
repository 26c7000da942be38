with

stage_models as (

    select * from {{ ref('stage_models') }}

    where track = 'onboarding'

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where customer_id is not null

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

numbered_touchpoints as (

    select
        touchpoints.customer_id,
        touchpoints.occurred_at,
        stage_models.stage,
        stage_models.stage_rank,
        stage_models.from_nth,
        row_number() over (
            partition by
                touchpoints.customer_id,
                stage_models.stage,
                stage_models.touchpoint,
                stage_models.from_nth,
                stage_models.min_value
            order by touchpoints.occurred_at, touchpoints.touchpoint_id
        ) as occurrence_number

    from touchpoints

    inner join stage_models
        on touchpoints.touchpoint = stage_models.touchpoint

    where
        stage_models.min_value is null
        or touchpoints.value >= stage_models.min_value

),

reached as (

    select
        customer_id,
        stage,
        stage_rank,
        min(occurred_at) as reached_at

    from numbered_touchpoints

    where occurrence_number = from_nth

    group by
        customer_id,
        stage,
        stage_rank

),

final as (

    select
        ---------- ids
        reached.customer_id,

        ---------- text
        reached.stage as milestone,

        ---------- numerics
        reached.stage_rank as milestone_rank,
        cast(
            {{ cdp_activate.time_between(
                'known_customers.created_at', 'reached.reached_at', 'day'
            ) }}
            as {{ dbt.type_bigint() }}
        ) as days_to_reach,

        ---------- timestamps
        reached.reached_at

    from reached

    inner join known_customers
        on reached.customer_id = known_customers.customer_id

)

select * from final
