-- written by `cdp-activate compile` from audiences/06_advocacy.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_stage_lifecycle_541dcd76 as (
    select
        *
    from {{ ref('fact_stage_lifecycle_541dcd76') }}
), fact_referral_made_count_8ea00d9f as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_referrals') }}
    where
        referred_at >= {{ cdp_activate.as_of(-31536000) }}
        and referred_at < {{ cdp_activate.as_of(0) }}
    group by
        customer_id
), fact_club_joined_count_35571ab0 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_events') }}
    where
        event_name = 'club_joined' and occurred_at < {{ cdp_activate.as_of(0) }}
    group by
        customer_id
), fact_consent_email_marketing_5a6065e9 as (
    select
        *
    from {{ ref('fact_consent_email_marketing_5a6065e9') }}
), candidates as (
    select
        customers.customer_id,
        customers.lifetime_value as rank_value
    from customers
    left join fact_stage_lifecycle_541dcd76
        on fact_stage_lifecycle_541dcd76.entity_key = customers.customer_id
    left join fact_referral_made_count_8ea00d9f
        on fact_referral_made_count_8ea00d9f.entity_key = customers.customer_id
    left join fact_club_joined_count_35571ab0
        on fact_club_joined_count_35571ab0.entity_key = customers.customer_id
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_541dcd76.stage in ('advocacy')
        and (
            case when customers.last_review_score >= 4 then 1 else 0 end + case when customers.nps_score >= 9 then 1 else 0 end + case
                when coalesce(fact_referral_made_count_8ea00d9f.measured, 0) >= 1
                then 1
                else 0
            end + case
                when coalesce(fact_club_joined_count_35571ab0.measured, 0) >= 1
                then 1
                else 0
            end
        ) >= 2
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
), ranked as (
    select
        customer_id,
        row_number() over (order by rank_value desc, customer_id) as place,
        count(*) over () as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        ranked.place <= 500
)
select
    *
from final
