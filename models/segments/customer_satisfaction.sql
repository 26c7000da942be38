with

feedback as (

    select * from {{ ref('customer_feedback') }}

),

tickets as (

    select * from {{ ref('customer_tickets') }}

),

scales as (

    select * from {{ ref('satisfaction_scales') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

answers as (

    select
        customer_id,
        kind,
        score,
        submitted_at as answered_at

    from feedback

    where score is not null

    union all

    select
        customer_id,
        'ticket' as kind,
        {{ cdp_activate.cast_as('satisfaction', 'numeric(18, 2)') }} as score,
        solved_at as answered_at

    from tickets

    where satisfaction is not null

),

scores as (

    select
        answers.customer_id,
        avg(
            100.0 * (answers.score - scales.lowest)
            / nullif(scales.highest - scales.lowest, 0)
        ) as satisfaction_score,
        count(*) as answer_count,
        max(answers.answered_at) as last_answered_at

    from answers

    inner join scales
        on answers.kind = scales.kind

    where
        answers.answered_at
        >= {{ cdp_activate.days_ago(var('cdp_satisfaction_days')) }}
        -- What is off the scale is a mistake.
        and answers.score between scales.lowest and scales.highest

    group by answers.customer_id

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        case
            when scores.satisfaction_score is null then 'silent'
            when scores.satisfaction_score >= {{ var('cdp_satisfied_from') }}
                then 'satisfied'
            when scores.satisfaction_score <= {{ var('cdp_dissatisfied_to') }}
                then 'dissatisfied'
            else 'neutral'
        end as satisfaction,

        ---------- numerics
        {{ cdp_activate.cast_as(
            'scores.satisfaction_score', 'numeric(18, 2)'
        ) }} as satisfaction_score,
        coalesce(scores.answer_count, 0) as answer_count,

        ---------- timestamps
        scores.last_answered_at

    from known_customers

    left join scores
        on known_customers.customer_id = scores.customer_id

)

select * from final
