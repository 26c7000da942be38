{# Before an incremental run: all touchpoints, when the vocabulary has changed. #}
{% macro delete_touchpoints_named_before() %}
    {{- return(cdp_activate.delete_from_log(
        'vocabulary_version <> '
        ~ cdp_activate.seed_version('touchpoint_vocabulary')
    )) -}}
{% endmacro %}

{#
    Before an incremental run: the touchpoints of rows that are not there any more
    (a refund taken back, a ticket no longer solved, messages to somebody erased).
    Messages, which are many, are looked through only when some are gone.
#}
{% macro delete_vanished_touchpoints(
    orders, messages, tickets, feedback, referrals
) %}
    {%- if execute and is_incremental() %}
    {%- set messages_are_gone = cdp_activate.messages_are_gone(messages) %}
    delete from {{ this }}
    where
        subject not in (
            'events'{% if not messages_are_gone %}, 'messages'{% endif %}
        )
        and not exists (
            select 1 from (
                select 'order:' || order_id as touchpoint_id from {{ orders }}
                union all
                select 'refund:' || order_id as touchpoint_id from {{ orders }}
                where refunded_at is not null and refunded_amount > 0
                union all
                {%- if messages_are_gone %}
                select 'message:' || message_event_id as touchpoint_id
                from {{ messages }}
                union all
                {%- endif %}
                select 'ticket_opened:' || ticket_id as touchpoint_id
                from {{ tickets }}
                union all
                select 'ticket_solved:' || ticket_id as touchpoint_id
                from {{ tickets }} where solved_at is not null
                union all
                select 'ticket_reopened:' || ticket_id as touchpoint_id
                from {{ tickets }} where reopened_at is not null
                union all
                select 'feedback:' || feedback_id as touchpoint_id
                from {{ feedback }}
                union all
                select 'referral:' || referral_id as touchpoint_id
                from {{ referrals }}
            ) as sources
            where sources.touchpoint_id
                = {{ this.include(database=false, schema=false) }}.touchpoint_id
        )
    {%- endif -%}
{% endmacro %}

{#
    Whether some of the messages that the calling model has read are not there any
    more, or were written anew: then there are fewer of that age than it holds.
#}
{% macro messages_are_gone(messages) %}
    {%- set latest = cdp_activate.latest_in_log(
        'written_at', false, "subject = 'messages'"
    ) -%}
    {%- if latest is none -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set query -%}
        select
            (
                select count(*) from {{ this }}
                where subject = 'messages'
            ) - (
                select count(*) from {{ messages }}
                where written_at <= {{ cdp_activate.timestamp_literal(latest) }}
            ) as gone
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] | int != 0) }}
{% endmacro %}
