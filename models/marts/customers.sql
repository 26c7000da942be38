with

customers as (

    select * from {{ ref('known_customers') }}

),

traits as (

    select * from {{ ref('customer_traits') }}

),

customer_rfm as (

    select * from {{ ref('customer_rfm') }}

),

customer_lifecycle as (

    select * from {{ ref('customer_lifecycle') }}

),

current_stages as (

    select * from {{ ref('stage_current') }}

    where track = {{ cdp_activate.main_track() }}

),

touchpoints as (

    select * from {{ ref('visitor_touchpoints') }}

    where customer_id is not null

),

feedback as (

    select
        answers.customer_id,
        answers.kind,
        answers.score,
        row_number() over (
            partition by answers.customer_id, answers.kind
            order by answers.submitted_at desc, answers.feedback_id desc
        ) as answer_number

    from {{ ref('customer_feedback') }} as answers

    inner join {{ ref('satisfaction_scales') }} as scales
        on answers.kind = scales.kind

    where
        answers.kind in ('nps', 'review')
        -- What is off the scale is a mistake.
        and answers.score between scales.lowest and scales.highest

),

latest_scores as (

    select
        customer_id,
        max(case when kind = 'nps' then score end) as nps_score,
        max(case when kind = 'review' then score end) as last_review_score

    from feedback

    where answer_number = 1

    group by customer_id

),

account_members as (

    select * from {{ ref('account_members') }}

),

superseded_ids as (

    select
        customer_id,
        count(*) as superseded_id_count

    from {{ ref('superseded_customers') }}

    group by customer_id

),

churn_risk as (

    select * from {{ ref('customer_churn_risk') }}

),

customer_value as (

    select * from {{ ref('customer_value') }}

),

personas as (

    select * from {{ ref('customer_personas') }}

),

segments as (

    select * from {{ ref('customer_segments') }}

),

service_recovery as (

    select * from {{ ref('service_recovery') }}

),

next_products as (

    select * from {{ ref('customer_next_products') }}

    where place = 1

),

final as (

    select
        ---------- ids
        customers.customer_id,
        account_members.account_id,
        next_products.product_id as next_best_product_id,

        ---------- text
        customers.email,
        customers.phone,
        customers.first_name,
        customers.last_name,
        customers.country,
        customers.city,
        customers.postcode,
        customers.language,
        customers.time_zone,
        customers.acquisition_source,
        customers.attributes,
        current_stages.stage,
        current_stages.phase,
        traits.rfm_segment,
        traits.lifecycle,
        traits.engagement_level,
        traits.satisfaction,
        churn_risk.churn_risk,
        personas.persona,
        account_members.role as account_role,

        ---------- numerics
        traits.lifetime_value,
        traits.order_count,
        traits.average_order_value,
        coalesce(touchpoints.touchpoint_count, 0) as touchpoint_count,
        customer_rfm.recency_score,
        customer_rfm.frequency_score,
        customer_rfm.monetary_score,
        latest_scores.nps_score,
        latest_scores.last_review_score,
        traits.open_ticket_count,
        traits.referral_count,
        coalesce(traits.engagement_score, 0) as engagement_score,
        traits.satisfaction_score,
        churn_risk.churn_risk_score,
        coalesce(customer_value.value_last_365_days, 0) as value_last_365_days,
        customer_value.probability_alive,
        customer_value.expected_value,
        personas.ideal_customer_fit,
        coalesce(superseded_ids.superseded_id_count, 0) as superseded_id_count,

        ---------- booleans
        account_members.customer_id is not null as is_b2b,
        coalesce(segments.is_neutral_silent, false) as is_neutral_silent,
        coalesce(segments.is_occasional, false) as is_occasional,
        coalesce(segments.is_ex_customer, false) as is_ex_customer,
        service_recovery.customer_id is not null as needs_service_recovery,

        ---------- dates and timestamps
        customers.birth_date,
        customers.created_at,
        customers.updated_at,
        customer_lifecycle.first_order_at,
        customer_lifecycle.last_order_at,
        touchpoints.first_touchpoint_at,
        touchpoints.last_touchpoint_at,
        current_stages.valid_from as stage_since

    from customers

    left join traits
        on customers.customer_id = traits.customer_id

    left join customer_rfm
        on customers.customer_id = customer_rfm.customer_id

    left join customer_lifecycle
        on customers.customer_id = customer_lifecycle.customer_id

    left join current_stages
        on customers.customer_id = current_stages.customer_id

    left join touchpoints
        on customers.customer_id = touchpoints.customer_id

    left join latest_scores
        on customers.customer_id = latest_scores.customer_id

    left join account_members
        on customers.customer_id = account_members.customer_id

    left join superseded_ids
        on customers.customer_id = superseded_ids.customer_id

    left join churn_risk
        on customers.customer_id = churn_risk.customer_id

    left join customer_value
        on customers.customer_id = customer_value.customer_id

    left join personas
        on customers.customer_id = personas.customer_id

    left join segments
        on customers.customer_id = segments.customer_id

    left join service_recovery
        on customers.customer_id = service_recovery.customer_id

    left join next_products
        on customers.customer_id = next_products.customer_id

)

select * from final
