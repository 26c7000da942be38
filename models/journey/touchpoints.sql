-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='touchpoint_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_not_yet_happened() }}",
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_vanished_touchpoints(
            ref('customer_orders'), ref('customer_messages'),
            ref('customer_tickets'), ref('customer_feedback'),
            ref('customer_referrals')
        ) }}",
    ],
) }}
{%- set version = cdp_activate.seed_version('touchpoint_vocabulary') -%}
{%- set goes_on = cdp_activate.log_goes_on('vocabulary_version', version) %}

{#- What only events say, in the other subjects. -#}
{%- set no_visit_columns -%}
cast(null as {{ dbt.type_string() }}) as anonymous_id,
        cast(null as {{ dbt.type_string() }}) as session_id,
        cast(null as {{ dbt.type_string() }}) as device_type,
        cast(null as {{ dbt.type_string() }}) as page_url
{%- endset -%}

with

orders as (

    select * from {{ ref('customer_orders') }}

),

events as (

    select * from {{ ref('customer_events') }} as events
    {%- if goes_on %}

    where {{ cdp_activate.not_yet_read('events', "subject = 'events'") }}
    {%- endif %}

),

messages as (

    select * from {{ ref('customer_messages') }} as messages
    {%- if goes_on %}

    where {{ cdp_activate.not_yet_read('messages', "subject = 'messages'") }}
    {%- endif %}

),

scales as (

    select * from {{ ref('satisfaction_scales') }}

),

-- One row, of nulls where there is no such scale: BigQuery has no outer join without
-- an equality of both sides.
ticket_scale as (

    select
        max(kind) as kind,
        max(lowest) as lowest,
        max(highest) as highest

    from scales

    where kind = 'ticket'

),

-- A score off its scale is a mistake, and no sign of anything.
tickets as (

    select
        tickets.*,
        case
            when
                ticket_scale.kind is null
                or tickets.satisfaction
                between ticket_scale.lowest and ticket_scale.highest
                then tickets.satisfaction
        end as rating

    from {{ ref('customer_tickets') }} as tickets

    cross join ticket_scale

),

feedback as (

    select
        feedback.*,
        case
            when
                scales.kind is null
                or feedback.score between scales.lowest and scales.highest
                then feedback.score
        end as rating

    from {{ ref('customer_feedback') }} as feedback

    left join scales
        on feedback.kind = scales.kind

),

referrals as (

    select * from {{ ref('customer_referrals') }}

),

vocabulary as (

    select * from {{ ref('touchpoint_vocabulary') }}

),

interactions as (

    select
        'order:' || order_id as touchpoint_id,
        'orders' as subject,
        -- No warehouse says when an order was cancelled; it never became a
        -- purchase, so it must not count as one.
        case
            when status = 'cancelled' then 'order_cancelled'
            else 'order_placed'
        end as event_name,
        customer_id,
        ordered_at as occurred_at,
        channel,
        coupon as source,
        {{ no_visit_columns }},
        order_id as object_id,
        net_amount as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from orders

    union all

    select
        'refund:' || order_id as touchpoint_id,
        'orders' as subject,
        'order_refunded' as event_name,
        customer_id,
        refunded_at as occurred_at,
        channel,
        cast(null as {{ dbt.type_string() }}) as source,
        {{ no_visit_columns }},
        order_id as object_id,
        refunded_amount as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from orders

    where
        refunded_at is not null
        and refunded_amount > 0

    union all

    select
        'event:' || event_id as touchpoint_id,
        'events' as subject,
        event_name,
        customer_id,
        occurred_at,
        channel,
        source,
        anonymous_id,
        session_id,
        device_type,
        page_url,
        coalesce(product_id, cart_id) as object_id,
        value,
        written_at

    from events

    union all

    select
        'message:' || message_event_id as touchpoint_id,
        'messages' as subject,
        message_step as event_name,
        customer_id,
        occurred_at,
        channel,
        campaign_name as source,
        {{ no_visit_columns }},
        message_id as object_id,
        {{ cdp_activate.cast_as('null', 'numeric(18, 2)') }} as value,
        written_at

    from messages

    union all

    select
        'ticket_opened:' || ticket_id as touchpoint_id,
        'tickets' as subject,
        'ticket_opened' as event_name,
        customer_id,
        opened_at as occurred_at,
        channel,
        topic as source,
        {{ no_visit_columns }},
        ticket_id as object_id,
        {{ cdp_activate.cast_as('null', 'numeric(18, 2)') }} as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from tickets

    union all

    select
        'ticket_solved:' || ticket_id as touchpoint_id,
        'tickets' as subject,
        'ticket_solved' as event_name,
        customer_id,
        solved_at as occurred_at,
        channel,
        topic as source,
        {{ no_visit_columns }},
        ticket_id as object_id,
        {{ cdp_activate.cast_as('rating', 'numeric(18, 2)') }} as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from tickets

    where solved_at is not null

    union all

    select
        'ticket_reopened:' || ticket_id as touchpoint_id,
        'tickets' as subject,
        'ticket_reopened' as event_name,
        customer_id,
        reopened_at as occurred_at,
        channel,
        topic as source,
        {{ no_visit_columns }},
        ticket_id as object_id,
        {{ cdp_activate.cast_as('null', 'numeric(18, 2)') }} as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from tickets

    where reopened_at is not null

    union all

    select
        'feedback:' || feedback_id as touchpoint_id,
        'feedback' as subject,
        feedback_event as event_name,
        customer_id,
        submitted_at as occurred_at,
        cast(null as {{ dbt.type_string() }}) as channel,
        cast(null as {{ dbt.type_string() }}) as source,
        {{ no_visit_columns }},
        product_id as object_id,
        {{ cdp_activate.cast_as('rating', 'numeric(18, 2)') }} as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from feedback

    union all

    select
        'referral:' || referral_id as touchpoint_id,
        'referrals' as subject,
        'referral_made' as event_name,
        customer_id,
        referred_at as occurred_at,
        channel,
        cast(null as {{ dbt.type_string() }}) as source,
        {{ no_visit_columns }},
        referred_customer_id as object_id,
        {{ cdp_activate.cast_as('null', 'numeric(18, 2)') }} as value,
        cast(null as {{ dbt.type_timestamp() }}) as written_at

    from referrals

),

named as (

    select
        ---------- ids
        interactions.touchpoint_id,
        interactions.customer_id,
        coalesce(interactions.customer_id, interactions.anonymous_id)
            as visitor_id,
        interactions.session_id,
        interactions.object_id,

        ---------- text
        interactions.subject,
        coalesce(vocabulary.touchpoint, interactions.event_name) as touchpoint,
        coalesce(interactions.channel, vocabulary.channel) as channel,
        coalesce(vocabulary.direction, 'inbound') as direction,
        interactions.source,
        case
            when interactions.subject = 'events'
                then coalesce(
                    interactions.source, interactions.channel, vocabulary.channel
                )
            else coalesce(interactions.channel, vocabulary.channel)
        end as marketing_channel,
        interactions.device_type,
        interactions.page_url,

        ---------- numerics
        interactions.value,
        case
            when interactions.value <= vocabulary.negative_to then -1
            when interactions.value >= vocabulary.positive_from then 1
            else coalesce(vocabulary.sentiment, 0)
        end as sentiment,

        ---------- booleans
        coalesce(vocabulary.is_visit, interactions.subject = 'events') as is_visit,

        ---------- timestamps
        interactions.occurred_at,
        interactions.written_at

    from interactions

    left join vocabulary
        on
            interactions.subject = vocabulary.subject
            and interactions.event_name = vocabulary.event_name

),

{% if goes_on -%}
-- Orders, tickets and the like are read whole, since they change.
held as (

    select * from {{ this }}

    where subject not in ('events', 'messages')

),

{% endif -%}
final as (

    select
        ---------- ids
        named.touchpoint_id,
        named.customer_id,
        named.visitor_id,
        named.session_id,
        named.object_id,

        ---------- text
        named.subject,
        named.touchpoint,
        named.channel,
        named.direction,
        named.source,
        named.marketing_channel,
        named.device_type,
        named.page_url,
        {{ version }} as vocabulary_version,

        ---------- numerics
        named.value,
        named.sentiment,

        ---------- booleans
        named.is_visit,

        ---------- timestamps
        named.occurred_at,
        coalesce(named.written_at, {{ cdp_activate.written_at() }}) as written_at

    from named
    {%- if goes_on %}

    left join held
        on named.touchpoint_id = held.touchpoint_id

    -- What is as it was is not written again.
    where
        held.touchpoint_id is null
        or named.customer_id is distinct from held.customer_id
        or named.object_id is distinct from held.object_id
        or named.touchpoint is distinct from held.touchpoint
        or named.channel is distinct from held.channel
        or named.direction is distinct from held.direction
        or named.source is distinct from held.source
        or named.marketing_channel is distinct from held.marketing_channel
        or named.value is distinct from held.value
        or named.sentiment is distinct from held.sentiment
        or named.occurred_at is distinct from held.occurred_at
    {%- endif %}

)

select * from final
