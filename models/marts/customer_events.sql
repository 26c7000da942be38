-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='event_id',
    on_schema_change='append_new_columns',
    pre_hook="{{ cdp_activate.delete_not_yet_happened() }}",
) }}
{%- set kept_columns = [
    'event_id', 'source_customer_id', 'anonymous_id', 'session_id', 'product_id',
    'cart_id', 'event_name', 'channel', 'device_type', 'country', 'source', 'medium',
    'campaign_name', 'page_url', 'category', 'currency', 'value', 'occurred_at',
    'loaded_at',
] %}
{%- set read_as = {} %}
{%- for column in kept_columns %}
{%- set read = 'events.' ~ column %}
{%- do read_as.update({
    column: cdp_activate.word(read) if column in ['channel', 'device_type'] else read
}) %}
{%- endfor %}
{%- set has_copies = cdp_activate.may_have_copies(
    ref('input_events'), 'event_id'
) %}

with

events as (

    select
        *,
        customer_id as source_customer_id

    from {{ ref('input_events') }}

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

{% if has_copies %}arrived{% else %}unseen{% endif %} as (

    select
        {% for column, read in read_as.items() -%}
        {{ read }} as {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from events
    {%- if is_incremental() %}

    left join {{ this }} as held
        on events.event_id = held.event_id
    {%- endif %}

    where
        events.occurred_at < {{ cdp_activate.as_of() }}
        and events.event_id is not null
        and events.event_name is not null
        {%- if is_incremental() %}
        and {{ cdp_activate.not_yet_in_log('events') }}
        and {{ cdp_activate.is_first_copy('events', 'held', 'event_id', read_as) }}
        {%- endif %}

),

{% if has_copies -%}
unseen as (

    {{ cdp_activate.first_of_copies('arrived', 'event_id', kept_columns) }}

),

{% endif -%}
attributed as (

    select
        unseen.*,
        coalesce(
            customer_ids.customer_id, anonymous_ids.customer_id
        ) as customer_id

    from unseen

    left join customer_ids
        on unseen.source_customer_id = customer_ids.source_customer_id

    -- Whoever was signed in is not guessed again from the browser.
    left join anonymous_ids
        on
            unseen.source_customer_id is null
            and unseen.anonymous_id = anonymous_ids.identifier

),

{% if is_incremental() -%}
-- Events whose person is by now known, merged with another, or doubtful.
moved as (

    select
        held.event_id,
        customer_ids.customer_id

    from {{ this }} as held

    left join customer_ids
        on held.source_customer_id = customer_ids.source_customer_id

    where
        held.source_customer_id is not null
        and coalesce(held.customer_id, '') <> coalesce(customer_ids.customer_id, '')

    union all

    select
        held.event_id,
        anonymous_ids.customer_id

    from {{ this }} as held

    left join anonymous_ids
        on held.anonymous_id = anonymous_ids.identifier

    where
        held.source_customer_id is null
        and coalesce(held.customer_id, '') <> coalesce(anonymous_ids.customer_id, '')

),

{% endif -%}
written as (

    select
        customer_id,
        {% for column in kept_columns -%}
        {{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from attributed
    {%- if is_incremental() %}

    union all

    select
        moved.customer_id,
        {% for column in kept_columns -%}
        held.{{ column }}{% if not loop.last %},{% endif %}
        {% endfor %}
    from {{ this }} as held

    inner join moved
        on held.event_id = moved.event_id

    left join unseen
        on held.event_id = unseen.event_id

    where unseen.event_id is null
    {%- endif %}

),

final as (

    select
        ---------- ids
        event_id,
        customer_id,
        source_customer_id,
        anonymous_id,
        session_id,
        product_id,
        cart_id,

        ---------- text
        event_name,
        channel,
        device_type,
        country,
        source,
        medium,
        campaign_name,
        page_url,
        category,
        currency,

        ---------- numerics
        value,

        ---------- timestamps
        occurred_at,
        loaded_at,
        {{ cdp_activate.written_at(handed_to='touchpoints') }} as written_at

    from written

)

select * from final
