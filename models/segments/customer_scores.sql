with

scores as (

    select
        customer_id,
        score,
        scored_at,
        {{ cdp_activate.word('score_name') }} as score_name

    from {{ ref('input_scores') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

numbered_scores as (

    select
        customer_ids.customer_id,
        scores.score_name,
        scores.score,
        scores.scored_at,
        row_number() over (
            partition by customer_ids.customer_id, scores.score_name
            order by
                coalesce(scores.scored_at, {{ cdp_activate.long_ago() }}) desc,
                scores.score desc
        ) as score_number

    from scores

    inner join customer_ids
        on scores.customer_id = customer_ids.source_customer_id

    where
        scores.score is not null
        and scores.score_name is not null
        -- What is a probability by its name and no probability is a mistake.
        and not {{ cdp_activate.is_no_probability('scores') }}
        and (
            scores.scored_at is null
            or scores.scored_at < {{ cdp_activate.as_of() }}
        )

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        score_name,

        ---------- numerics
        score,

        ---------- timestamps
        scored_at

    from numbered_scores

    where score_number = 1

)

select * from final
