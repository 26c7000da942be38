with

tickets as (

    {{ cdp_activate.one_row_each(
        ref('input_tickets'), 'ticket_id', 'opened_at',
        belongs_to={'customer_id': ref('customer_ids')}
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

seen_from_as_of as (

    select
        tickets.ticket_id,
        customer_ids.customer_id,
        tickets.account_id,
        tickets.order_id,
        {{ cdp_activate.word('tickets.channel') }} as channel,
        tickets.topic,
        tickets.priority,
        tickets.opened_at,
        tickets.satisfaction as latest_satisfaction,
        {{ cdp_activate.word('tickets.status') }} as latest_status,
        -- Whether the latest status can have been reached later than as_of.
        coalesce(
            tickets.solved_at >= {{ cdp_activate.as_of() }}
            or tickets.reopened_at >= {{ cdp_activate.as_of() }},
            false
        ) as is_replayed,
        -- Clocks of several zones: nothing is solved before it is there.
        {% for at in ['solved_at', 'reopened_at'] -%}
        case
            when tickets.{{ at }} < {{ cdp_activate.as_of() }}
                then greatest(tickets.{{ at }}, tickets.opened_at)
        end as {{ at }},
        {% endfor -%}
        case
            when tickets.first_answered_at < {{ cdp_activate.as_of() }}
                then tickets.first_answered_at
        end as first_answered_at,
        coalesce(
            tickets.reopened_count,
            case when tickets.reopened_at is not null then 1 else 0 end
        ) as latest_reopened_count

    from tickets

    inner join customer_ids
        on tickets.customer_id = customer_ids.source_customer_id

    where tickets.opened_at < {{ cdp_activate.as_of() }}

),

judged as (

    select
        *,
        case
            when not is_replayed and latest_status is not null
                then latest_status
            when
                reopened_at is not null
                and (solved_at is null or reopened_at >= solved_at)
                then 'reopened'
            when solved_at is not null then 'solved'
            else 'open'
        end as status

    from seen_from_as_of

),

final as (

    select
        ---------- ids
        ticket_id,
        customer_id,
        account_id,
        order_id,

        ---------- text
        status,
        channel,
        topic,
        priority,

        ---------- numerics
        case when solved_at is not null then latest_satisfaction end
            as satisfaction,
        -- Of several openings only the latest has a time.
        case
            when reopened_at is null and latest_reopened_count < 2 then 0
            when reopened_at is null and is_replayed
                then latest_reopened_count - 1
            else latest_reopened_count
        end as reopened_count,

        ---------- booleans
        status <> 'solved' as is_open,

        ---------- timestamps
        opened_at,
        first_answered_at,
        solved_at,
        reopened_at

    from judged

)

select * from final
