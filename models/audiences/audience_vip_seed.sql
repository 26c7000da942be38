-- written by `cdp-activate compile` from audiences/08_vip.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_lifetime_value_ranking_8b7307b9 as (
    select
        *
    from {{ ref('fact_lifetime_value_ranking_8b7307b9') }}
), fact_consent_ads_personalisation_6d95cd41 as (
    select
        *
    from {{ ref('fact_consent_ads_personalisation_6d95cd41') }}
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_lifetime_value_ranking_8b7307b9
        on fact_lifetime_value_ranking_8b7307b9.entity_key = customers.customer_id
    left join fact_consent_ads_personalisation_6d95cd41
        on fact_consent_ads_personalisation_6d95cd41.entity_key = customers.customer_id
    where
        (
            fact_lifetime_value_ranking_8b7307b9.from_top - 1
        ) * 100 < fact_lifetime_value_ranking_8b7307b9.total * 5
        and customers.order_count >= 2
        and not fact_consent_ads_personalisation_6d95cd41.entity_key is null
)
select
    *
from final
