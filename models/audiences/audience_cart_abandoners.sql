-- written by `cdp-activate compile` from audiences/03_decision.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_stage_lifecycle_541dcd76 as (
    select
        *
    from {{ ref('fact_stage_lifecycle_541dcd76') }}
), fact_cart_updated_count_bfaf862b as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_events') }}
    where
        event_name = 'cart_updated'
        and (
            occurred_at >= {{ cdp_activate.as_of(-1209600) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
        and value >= 15
    group by
        customer_id
), fact_order_placed_count_8e8a8152 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_orders') }}
    where
        ordered_at >= {{ cdp_activate.as_of(-1209600) }}
        and ordered_at < {{ cdp_activate.as_of(0) }}
    group by
        customer_id
), fact_consent_email_marketing_5a6065e9 as (
    select
        *
    from {{ ref('fact_consent_email_marketing_5a6065e9') }}
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                cast('0x' || substring(md5((
                    'cart_2026|' || customers.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 1000
            then 'holdout'
        end as text) as variant
    from customers
    left join fact_stage_lifecycle_541dcd76
        on fact_stage_lifecycle_541dcd76.entity_key = customers.customer_id
    left join fact_cart_updated_count_bfaf862b
        on fact_cart_updated_count_bfaf862b.entity_key = customers.customer_id
    left join fact_order_placed_count_8e8a8152
        on fact_order_placed_count_8e8a8152.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_541dcd76.stage in ('decision')
        and coalesce(fact_cart_updated_count_bfaf862b.measured, 0) >= 1
        and not coalesce((
            coalesce(fact_order_placed_count_8e8a8152.measured, 0) >= 1
        ), false)
        and not coalesce((
            customers.open_ticket_count > 0
        ), false)
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
)
select
    *
from final
