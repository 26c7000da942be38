-- written by `cdp-activate compile` from audiences/11_unengaged.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_email_delivered_count_48972c9c as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_messages') }}
    where
        message_event = 'email_delivered'
        and (
            occurred_at >= {{ cdp_activate.as_of(-7776000) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
    group by
        customer_id
), fact_email_clicked_email_opened_count_b083e2e5 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from {{ ref('cdp_activate', 'customer_messages') }}
    where
        message_event in ('email_clicked', 'email_opened')
        and (
            occurred_at >= {{ cdp_activate.as_of(-7776000) }}
            and occurred_at < {{ cdp_activate.as_of(0) }}
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_email_delivered_count_48972c9c
        on fact_email_delivered_count_48972c9c.entity_key = customers.customer_id
    left join fact_email_clicked_email_opened_count_b083e2e5
        on fact_email_clicked_email_opened_count_b083e2e5.entity_key = customers.customer_id
    where
        coalesce(fact_email_delivered_count_48972c9c.measured, 0) >= 3
        and not coalesce(
            (
                coalesce(fact_email_clicked_email_opened_count_b083e2e5.measured, 0) >= 1
            ),
            false
        )
)
select
    *
from final
