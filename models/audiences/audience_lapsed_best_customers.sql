-- written by `cdp-activate compile` from audiences/07_lapsed.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_stage_lifecycle_541dcd76 as (
    select
        *
    from {{ ref('fact_stage_lifecycle_541dcd76') }}
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
        cast(case
            when (
                cast('0x' || substring(md5((
                    'winback_2026|' || customers.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 2000
            then 'holdout'
        end as text) as variant
    from customers
    left join fact_stage_lifecycle_541dcd76
        on fact_stage_lifecycle_541dcd76.entity_key = customers.customer_id
    left join fact_lifetime_value_ranking_8b7307b9
        on fact_lifetime_value_ranking_8b7307b9.entity_key = customers.customer_id
    left join fact_consent_ads_personalisation_6d95cd41
        on fact_consent_ads_personalisation_6d95cd41.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_541dcd76.stage in ('lapsed')
        and (
            fact_lifetime_value_ranking_8b7307b9.from_top - 1
        ) * 100 < fact_lifetime_value_ranking_8b7307b9.total * 25
        and not fact_consent_ads_personalisation_6d95cd41.entity_key is null
)
select
    *
from final
