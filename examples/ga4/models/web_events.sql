with

events as (

    select * from {{ ref('ga4_events') }}

),

event_names as (

    select * from {{ ref('ga4_event_names') }}

),

final as (

    select
        events.event_id,
        events.user_id as customer_id,
        events.user_pseudo_id as anonymous_id,
        events.occurred_at,
        case
            when events.event_name = 'purchase' then 'purchase_by_a_stranger'
            else coalesce(event_names.event_name, events.event_name)
        end as event_name,
        case when events.platform = 'WEB' then 'web' else 'app' end as channel,
        lower(events.device_type) as device_type,
        case
            when events.ga_session_id is not null
                then {{ dbt.concat([
                    'events.user_pseudo_id', "'.'",
                    'cast(cast(events.ga_session_id as '
                    ~ dbt.type_bigint() ~ ') as ' ~ dbt.type_string() ~ ')',
                ]) }}
        end as session_id,
        events.source,
        events.medium,
        events.campaign_name,
        events.referrer_url,
        events.page_url,
        events.product_id,
        events.category,
        coalesce(
            {{ cdp_activate.cast_as('events.purchase_revenue', 'numeric(18, 2)') }},
            events.value
        ) as value,
        events.currency

    from events

    left join event_names
        on events.event_name = event_names.ga4_name

    -- Purchases and refunds of customers are orders.
    where
        events.event_name not in ('purchase', 'refund')
        or (events.event_name = 'purchase' and events.known_user_id is null)

)

select * from final
