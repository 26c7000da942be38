with

tickets as (

    select * from {{ ref('input_tickets') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

seen_from_as_of as (

    select
        tickets.ticket_id,
        tickets.customer_id,
        tickets.channel,
        tickets.topic,
        tickets.priority,
        tickets.opened_at,
        tickets.satisfaction as latest_satisfaction,
        tickets.status as latest_status,
        -- Whether the latest status can have been reached later than as_of.
        coalesce(
            tickets.solved_at >= {{ cdp_activate.as_of() }}
            or tickets.reopened_at >= {{ cdp_activate.as_of() }},
            false
        ) as is_replayed,
        case
            when tickets.solved_at < {{ cdp_activate.as_of() }}
                then tickets.solved_at
        end as solved_at,
        case
            when tickets.reopened_at < {{ cdp_activate.as_of() }}
                then tickets.reopened_at
        end as reopened_at

    from tickets

    inner join known_customers
        on tickets.customer_id = known_customers.customer_id

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

        ---------- text
        status,
        channel,
        topic,
        priority,

        ---------- numerics
        case when solved_at is not null then latest_satisfaction end
            as satisfaction,

        ---------- booleans
        status <> 'solved' as is_open,

        ---------- timestamps
        opened_at,
        solved_at,
        reopened_at

    from judged

)

select * from final
