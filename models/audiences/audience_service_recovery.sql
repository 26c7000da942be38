-- written by `cdp-activate compile` from audiences/10_service_recovery.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_ticket_opened_count_6d0fbd80 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_tickets') }}
    where
        (
            opened_at >= {{ cdp_activate.as_of(-2592000) }}
            and opened_at < {{ cdp_activate.as_of(0) }}
        )
        and satisfaction <= 2
    group by
        customer_id
), fact_csat_answered_review_left_count_c22311b8 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_feedback') }}
    where
        feedback_event in ('csat_answered', 'review_left')
        and (
            submitted_at >= {{ cdp_activate.as_of(-2592000) }}
            and submitted_at < {{ cdp_activate.as_of(0) }}
        )
        and score <= 2
    group by
        customer_id
), fact_consent_email_marketing_5a6065e9 as (
    select
        *
    from {{ ref('fact_consent_email_marketing_5a6065e9') }}
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_ticket_opened_count_6d0fbd80
        on fact_ticket_opened_count_6d0fbd80.entity_key = customers.customer_id
    left join fact_csat_answered_review_left_count_c22311b8
        on fact_csat_answered_review_left_count_c22311b8.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        customers.order_count >= 2
        and (
            coalesce(fact_ticket_opened_count_6d0fbd80.measured, 0) >= 1
            or coalesce(fact_csat_answered_review_left_count_c22311b8.measured, 0) >= 1
        )
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
)
select
    *
from final
