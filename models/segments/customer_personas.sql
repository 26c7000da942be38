with

cards as (

    select * from {{ ref('customer_scorecards') }}

    where kind in ('persona', 'ideal_customer')

),

scorecards as (

    select * from {{ ref('scorecards') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

numbered_personas as (

    select
        customer_id,
        card,
        score,
        row_number() over (
            partition by customer_id
            order by score desc, card asc
        ) as persona_number

    from cards

    where
        kind = 'persona'
        and score >= {{ var('cdp_persona_from') }}

),

personas as (

    select * from numbered_personas

    where persona_number = 1

),

ideal_customer as (

    select * from cards

    where kind = 'ideal_customer'

),

-- Whoever meets no rule of a card is not on it, which is a score of 0; without a
-- card there is no score.
no_rule_holds as (

    select max(case when kind = 'ideal_customer' then 0 end) as score

    from scorecards

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        personas.card as persona,

        ---------- numerics
        personas.score as persona_score,
        {{ cdp_activate.cast_as(
            'coalesce(ideal_customer.score, no_rule_holds.score)', 'numeric(18, 2)'
        ) }} as ideal_customer_fit

    from known_customers

    cross join no_rule_holds

    left join personas
        on known_customers.customer_id = personas.customer_id

    left join ideal_customer
        on known_customers.customer_id = ideal_customer.customer_id

)

select * from final
