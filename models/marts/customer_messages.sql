with

messages as (

    select * from {{ ref('input_messages') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        ---------- ids
        messages.message_event_id,
        messages.message_id,
        messages.customer_id,
        messages.campaign_id,

        ---------- text
        messages.channel || '_' || messages.message_event as message_event,
        messages.channel,
        messages.message_event as message_step,
        messages.campaign_name,
        messages.link_url,

        ---------- timestamps
        messages.occurred_at

    from messages

    inner join known_customers
        on messages.customer_id = known_customers.customer_id

    where messages.occurred_at < {{ cdp_activate.as_of() }}

)

select * from final
