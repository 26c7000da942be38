with

cards as (

    select * from {{ ref('customer_scorecards') }}

    where kind in ('persona', 'ideal_customer')

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

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        personas.card as persona,

        ---------- numerics
        personas.score as persona_score,
        ideal_customer.score as ideal_customer_fit

    from known_customers

    left join personas
        on known_customers.customer_id = personas.customer_id

    left join ideal_customer
        on known_customers.customer_id = ideal_customer.customer_id

)

select * from final
