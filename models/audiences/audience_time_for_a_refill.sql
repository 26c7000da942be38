-- written by `cdp-activate compile` from audiences/05_retention.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), audience_unengaged_subscribers as (
    select
        *
    from {{ ref('audience_unengaged_subscribers') }}
), fact_stage_lifecycle_541dcd76 as (
    select
        *
    from {{ ref('fact_stage_lifecycle_541dcd76') }}
), fact_consent_email_marketing_5a6065e9 as (
    select
        *
    from {{ ref('fact_consent_email_marketing_5a6065e9') }}
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_stage_lifecycle_541dcd76
        on fact_stage_lifecycle_541dcd76.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    left join audience_unengaged_subscribers
        on audience_unengaged_subscribers.customer_id = customers.customer_id
    where
        (
            fact_stage_lifecycle_541dcd76.stage in ('retention')
            and customers.last_order_at < {{ cdp_activate.as_of(-5184000) }}
            and (
                customers.last_order_at >= {{ cdp_activate.as_of(-10368000) }}
                and customers.last_order_at < {{ cdp_activate.as_of(0) }}
            )
            and customers.lifetime_value >= 40
            and not fact_consent_email_marketing_5a6065e9.entity_key is null
        )
        and not coalesce((
            not audience_unengaged_subscribers.customer_id is null
        ), false)
)
select
    *
from final
