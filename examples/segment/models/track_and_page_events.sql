with

calls as (

    select * from {{ ref('calls') }}

),

event_names as (

    select * from {{ ref('segment_event_names') }}

),

final as (

    select
        {{ dbt.concat(['calls.call_type', "'-'", 'calls.id']) }} as event_id,
        calls.user_id as customer_id,
        calls.anonymous_id,
        calls.occurred_at,
        case calls.call_type
            when 'pages' then 'page_viewed'
            else coalesce(event_names.event_name, calls.event_name)
        end as event_name,
        'web' as channel,
        calls.context_campaign_source as source,
        calls.context_campaign_medium as medium,
        calls.context_campaign_name as campaign_name,
        calls.url as page_url,
        calls.referrer as referrer_url,
        calls.received_at

    from calls

    left join event_names
        on calls.event_name = event_names.track_name

    -- Completed and refunded orders are orders; who somebody is, is no event.
    where
        calls.call_type = 'pages'
        or (
            calls.call_type = 'tracks'
            and coalesce(calls.event_name, '') not in (
                'order_completed', 'order_refunded'
            )
        )

)

select * from final
