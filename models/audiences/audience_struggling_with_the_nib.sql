-- written by `cdp-activate compile` from audiences/04_purchase.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_product_bought_count_d9a4cd86 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_order_lines') }}
    where
        (
            ordered_at >= {{ cdp_activate.as_of(-3628800) }}
            and ordered_at < {{ cdp_activate.as_of(0) }}
        )
        and category = 'fountain pens'
    group by
        customer_id
), fact_nib_help_viewed_count_b6516e10 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_events') }}
    where
        event_name = 'nib_help_viewed'
        and (
            occurred_at >= {{ cdp_activate.as_of(-3628800) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
    group by
        customer_id
), fact_ticket_opened_count_f55236f2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_tickets') }}
    where
        (
            opened_at >= {{ cdp_activate.as_of(-3628800) }}
            and opened_at < {{ cdp_activate.as_of(0) }}
        )
        and topic = 'nib'
    group by
        customer_id
), fact_review_left_count_2470b96c as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_feedback') }}
    where
        feedback_event = 'review_left'
        and (
            submitted_at >= {{ cdp_activate.as_of(-3628800) }}
            and submitted_at < {{ cdp_activate.as_of(0) }}
        )
        and score >= 4
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
    left join fact_product_bought_count_d9a4cd86
        on fact_product_bought_count_d9a4cd86.entity_key = customers.customer_id
    left join fact_nib_help_viewed_count_b6516e10
        on fact_nib_help_viewed_count_b6516e10.entity_key = customers.customer_id
    left join fact_ticket_opened_count_f55236f2
        on fact_ticket_opened_count_f55236f2.entity_key = customers.customer_id
    left join fact_review_left_count_2470b96c
        on fact_review_left_count_2470b96c.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        coalesce(fact_product_bought_count_d9a4cd86.measured, 0) >= 1
        and (
            coalesce(fact_nib_help_viewed_count_b6516e10.measured, 0) >= 1
            or coalesce(fact_ticket_opened_count_f55236f2.measured, 0) >= 1
        )
        and not coalesce((
            coalesce(fact_review_left_count_2470b96c.measured, 0) >= 1
        ), false)
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
)
select
    *
from final
