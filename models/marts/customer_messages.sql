with

messages as (

    select * from {{ ref('input_messages') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        messages.message_event_id,
        messages.message_id,
        customer_ids.customer_id,
        messages.campaign_id,

        ---------- text
        messages.channel || '_' || messages.message_event as message_event,
        messages.channel,
        messages.message_event as message_step,
        messages.campaign_name,
        messages.variant,
        messages.bounce_kind,
        messages.link_url,

        ---------- timestamps
        messages.occurred_at

    from messages

    inner join customer_ids
        on messages.customer_id = customer_ids.source_customer_id

    where
        messages.occurred_at < {{ cdp_activate.as_of() }}
        and messages.message_event_id is not null
        and messages.channel is not null
        and messages.message_event is not null

)

select * from final
