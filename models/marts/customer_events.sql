with

events as (

    select * from {{ ref('input_events') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

anonymous_ids as (

    select
        identifier,
        customer_id

    from {{ ref('identity_map') }}

    where identifier_type = 'anonymous_id'

),

final as (

    select
        ---------- ids
        events.event_id,
        coalesce(
            customer_ids.customer_id, anonymous_ids.customer_id
        ) as customer_id,
        events.anonymous_id,
        events.session_id,
        events.product_id,
        events.cart_id,

        ---------- text
        events.event_name,
        events.channel,
        events.device_type,
        events.country,
        events.source,
        events.medium,
        events.campaign_name,
        events.page_url,
        events.category,
        events.currency,

        ---------- numerics
        events.value,

        ---------- timestamps
        events.occurred_at

    from events

    left join customer_ids
        on events.customer_id = customer_ids.source_customer_id

    -- Whoever was signed in is not guessed again from the browser.
    left join anonymous_ids
        on
            events.customer_id is null
            and events.anonymous_id = anonymous_ids.identifier

    where
        events.occurred_at < {{ cdp_activate.as_of() }}
        and events.event_id is not null
        and events.event_name is not null

)

select * from final
