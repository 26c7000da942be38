with

feedback as (

    select * from {{ ref('input_feedback') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        ---------- ids
        feedback.feedback_id,
        feedback.customer_id,
        feedback.product_id,

        ---------- text
        case feedback.kind
            when 'review' then 'review_left'
            else feedback.kind || '_answered'
        end as feedback_event,
        feedback.kind,
        feedback.comment,

        ---------- numerics
        feedback.score,

        ---------- timestamps
        feedback.submitted_at

    from feedback

    inner join known_customers
        on feedback.customer_id = known_customers.customer_id

    where feedback.submitted_at < {{ cdp_activate.as_of() }}

)

select * from final
