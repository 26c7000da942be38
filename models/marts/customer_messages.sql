-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='message_event_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_not_yet_happened() }}",
        "{{ cdp_activate.delete_messages_to_strangers(ref('customer_ids')) }}",
    ],
) }}
{%- set kept_columns = [
    'message_event_id', 'message_id', 'source_customer_id', 'campaign_id',
    'channel', 'message_step', 'campaign_name', 'variant', 'bounce_kind', 'link_url',
    'occurred_at', 'loaded_at',
] %}
{%- set words = ['channel', 'message_step', 'bounce_kind'] %}
{%- set read_as = {} %}
{%- for column in kept_columns %}
{%- set read = 'messages.' ~ column %}
{%- do read_as.update({
    column: cdp_activate.word(read) if column in words else read
}) %}
{%- endfor %}
{%- set has_copies = cdp_activate.may_have_copies(
    ref('input_messages'), 'message_event_id'
) %}

with

messages as (

    select
        *,
        customer_id as source_customer_id,
        message_event as message_step

    from {{ ref('input_messages') }}

    where
        occurred_at < {{ cdp_activate.as_of() }}
        and message_event_id is not null
        and channel is not null
        and message_event is not null

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

{% if is_incremental() -%}
-- Whoever has no message yet may have become known after it was sent.
without_messages as (

    select customer_ids.source_customer_id

    from customer_ids

    left join {{ this }} as held
        on customer_ids.source_customer_id = held.source_customer_id

    where held.source_customer_id is null

),

{% endif -%}
{% if has_copies %}arrived{% else %}unseen{% endif %} as (

    select
        {% for column, read in read_as.items() -%}
        {{ read }} as {{ column }},
        {% endfor -%}
        customer_ids.customer_id

    from messages

    inner join customer_ids
        on messages.source_customer_id = customer_ids.source_customer_id
    {%- if is_incremental() %}

    left join {{ this }} as held
        on messages.message_event_id = held.message_event_id

    left join without_messages
        on messages.source_customer_id = without_messages.source_customer_id

    where
        {{ cdp_activate.is_first_copy(
            'messages', 'held', 'message_event_id', read_as
        ) }}
        and (
            without_messages.source_customer_id is not null
            or {{ cdp_activate.not_yet_in_log('messages') }}
        )
    {%- endif %}

),

{% if has_copies -%}
unseen as (

    {{ cdp_activate.first_of_copies('arrived', 'message_event_id', kept_columns) }}

),

{% endif -%}
attributed as (

    select
        {% for column in kept_columns -%}
        {{ column }},
        {% endfor -%}
        customer_id

    from unseen
    {%- if is_incremental() %}

    union all

    -- The customer has been merged with another, or parted from one.
    select
        {% for column in kept_columns -%}
        held.{{ column }},
        {% endfor -%}
        customer_ids.customer_id

    from {{ this }} as held

    inner join customer_ids
        on
            held.source_customer_id = customer_ids.source_customer_id
            and held.customer_id <> customer_ids.customer_id

    left join unseen
        on held.message_event_id = unseen.message_event_id

    where unseen.message_event_id is null
    {%- endif %}

),

final as (

    select
        ---------- ids
        message_event_id,
        message_id,
        customer_id,
        source_customer_id,
        campaign_id,

        ---------- text
        channel || '_' || message_step as message_event,
        channel,
        message_step,
        campaign_name,
        variant,
        bounce_kind,
        link_url,

        ---------- timestamps
        occurred_at,
        loaded_at,
        {{ cdp_activate.written_at(handed_to='touchpoints') }} as written_at

    from attributed

)

select * from final
