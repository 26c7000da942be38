-- written by `cdp-activate compile` from audiences/01_awareness.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_stage_lifecycle_541dcd76 as (
    select
        *
    from {{ ref('fact_stage_lifecycle_541dcd76') }}
), fact_email_opened_guide_read_page_viewed_soci_b074c814 as (
    select
        entity_key,
        count(*) as measured
    from (
        select
            customer_id as entity_key
        from {{ ref('cdp_activate', 'customer_messages') }}
        where
            message_event = 'email_opened'
            and (
                occurred_at >= {{ cdp_activate.as_of(-5184000) }}
                and occurred_at < {{ cdp_activate.as_of(0) }}
            )
        union all
        select
            customer_id as entity_key
        from {{ ref('cdp_activate', 'customer_events') }}
        where
            event_name in ('guide_read', 'page_viewed', 'social_post_viewed')
            and (
                occurred_at >= {{ cdp_activate.as_of(-5184000) }}
                and occurred_at < {{ cdp_activate.as_of(0) }}
            )
    ) as happened
    group by
        entity_key
), fact_order_placed_count_8689cfde as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_orders') }}
    where
        ordered_at < {{ cdp_activate.as_of(0) }}
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
    left join fact_email_opened_guide_read_page_viewed_soci_b074c814
        on fact_email_opened_guide_read_page_viewed_soci_b074c814.entity_key = customers.customer_id
    left join fact_order_placed_count_8689cfde
        on fact_order_placed_count_8689cfde.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_541dcd76.stage in ('awareness')
        and coalesce(fact_email_opened_guide_read_page_viewed_soci_b074c814.measured, 0) >= 2
        and not coalesce((
            coalesce(fact_order_placed_count_8689cfde.measured, 0) >= 1
        ), false)
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
)
select
    *
from final
