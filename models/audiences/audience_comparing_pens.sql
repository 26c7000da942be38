-- written by `cdp-activate compile` from audiences/02_consideration.yml; do not edit
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
), fact_product_viewed_distinct_e29c8791 as (
    select
        customer_id as entity_key,
        count(distinct product_id) as measured
    from {{ ref('cdp_activate', 'customer_events') }}
    where
        event_name = 'product_viewed'
        and (
            occurred_at >= {{ cdp_activate.as_of(-2592000) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
    group by
        customer_id
), fact_cart_updated_count_19067727 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_events') }}
    where
        event_name = 'cart_updated'
        and (
            occurred_at >= {{ cdp_activate.as_of(-2592000) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
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
    left join fact_stage_lifecycle_541dcd76
        on fact_stage_lifecycle_541dcd76.entity_key = customers.customer_id
    left join fact_product_viewed_distinct_e29c8791
        on fact_product_viewed_distinct_e29c8791.entity_key = customers.customer_id
    left join fact_cart_updated_count_19067727
        on fact_cart_updated_count_19067727.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    left join audience_unengaged_subscribers
        on audience_unengaged_subscribers.customer_id = customers.customer_id
    where
        (
            fact_stage_lifecycle_541dcd76.stage in ('consideration')
            and coalesce(fact_product_viewed_distinct_e29c8791.measured, 0) >= 2
            and not coalesce((
                coalesce(fact_cart_updated_count_19067727.measured, 0) >= 1
            ), false)
            and not fact_consent_email_marketing_5a6065e9.entity_key is null
        )
        and not coalesce((
            not audience_unengaged_subscribers.customer_id is null
        ), false)
)
select
    *
from final
