with

rhythm as (

    select * from {{ ref('customer_rhythm') }}

),

cards as (

    select * from {{ ref('customer_scorecards') }}

    where kind = 'churn_risk'

),

predictions as (

    select * from {{ ref('customer_scores') }}

    where score_name = 'churn_probability'

),

-- Only who bought can stop buying.
scores as (

    select
        rhythm.customer_id,
        case when predictions.score is not null then 'score' else 'rule' end
            as churn_risk_source,
        {{ cdp_activate.cast_as(
            'coalesce(100 * predictions.score, cards.score, 0)', 'numeric(18, 2)'
        ) }} as churn_risk_score,
        rhythm.days_since_last_order >= {{ var('cdp_churn_days') }} as has_churned

    from rhythm

    left join cards
        on rhythm.customer_id = cards.customer_id

    left join predictions
        on rhythm.customer_id = predictions.customer_id

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        case
            when has_churned then 'churned'
            when churn_risk_score >= {{ var('cdp_churn_risk_high_from') }}
                then 'high'
            when churn_risk_score >= {{ var('cdp_churn_risk_medium_from') }}
                then 'medium'
            else 'low'
        end as churn_risk,
        churn_risk_source,

        ---------- numerics
        churn_risk_score

    from scores

)

select * from final
