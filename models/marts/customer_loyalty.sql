with

loyalty as (

    {{ cdp_activate.one_row_each(
        ref('input_loyalty'), 'loyalty_event_id', 'occurred_at',
        belongs_to={'customer_id': ref('customer_ids')}
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        loyalty.loyalty_event_id,
        customer_ids.customer_id,
        loyalty.order_id,

        ---------- text
        'loyalty_'
        || coalesce({{ cdp_activate.word('loyalty.loyalty_event') }}, 'adjusted')
            as loyalty_event,
        loyalty.program,
        loyalty.tier,
        loyalty.reward,

        ---------- numerics
        loyalty.points,

        ---------- timestamps
        loyalty.occurred_at

    from loyalty

    inner join customer_ids
        on loyalty.customer_id = customer_ids.source_customer_id

    where loyalty.occurred_at < {{ cdp_activate.as_of() }}

)

select * from final
