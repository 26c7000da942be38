with

rules as (

    select
        touchpoint,
        stage,
        stage_rank,
        from_nth,
        min_value,
        row_number() over (
            order by stage, touchpoint, from_nth, min_value
        ) as rule_number

    from {{ ref('stage_models') }}

    where track = 'onboarding'

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where customer_id is not null

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

matches as (

    select
        touchpoints.customer_id,
        touchpoints.touchpoint_id,
        touchpoints.occurred_at,
        rules.rule_number,
        rules.from_nth,
        rules.stage,
        rules.stage_rank

    from touchpoints

    inner join rules
        on touchpoints.touchpoint = rules.touchpoint

    where
        rules.min_value is null
        or touchpoints.value >= rules.min_value

),

-- Only rules that wait for a later occurrence pay for being counted.
numbered_matches as (

    select
        customer_id,
        occurred_at,
        from_nth,
        stage,
        stage_rank,
        row_number() over (
            partition by customer_id, rule_number
            order by occurred_at, touchpoint_id
        ) as occurrence_number

    from matches

    where from_nth > 1

),

evidence as (

    select
        customer_id,
        occurred_at,
        stage,
        stage_rank

    from matches

    where from_nth = 1

    union all

    select
        customer_id,
        occurred_at,
        stage,
        stage_rank

    from numbered_matches

    where occurrence_number = from_nth

),

reached as (

    select
        customer_id,
        stage,
        stage_rank,
        min(occurred_at) as reached_at

    from evidence

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
