with

feedback as (

    {{ cdp_activate.one_row_each(
        ref('input_feedback'), 'feedback_id', 'submitted_at',
        belongs_to={'customer_id': ref('customer_ids')}
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        feedback.feedback_id,
        customer_ids.customer_id,
        feedback.product_id,
        feedback.order_id,
        feedback.ticket_id,
        feedback.survey_id,

        ---------- text
        case {{ cdp_activate.word('feedback.kind') }}
            when 'review' then 'review_left'
            else
                coalesce({{ cdp_activate.word('feedback.kind') }}, 'survey')
                || '_answered'
        end as feedback_event,
        coalesce({{ cdp_activate.word('feedback.kind') }}, 'survey') as kind,
        feedback.question,
        feedback.comment,

        ---------- numerics
        feedback.score,

        ---------- timestamps
        feedback.submitted_at

    from feedback

    inner join customer_ids
        on feedback.customer_id = customer_ids.source_customer_id

    where feedback.submitted_at < {{ cdp_activate.as_of() }}

)

select * from final
