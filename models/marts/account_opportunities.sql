with

opportunities as (

    {{ cdp_activate.one_row_each(
        ref('input_opportunities'), 'opportunity_id', 'created_at',
        belongs_to={'account_id': ref('input_accounts')}
    ) }}

),

accounts as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

dated as (

    select
        opportunities.*,
        customer_ids.customer_id as known_customer_id,
        -- A decision without a date was made at some time nobody wrote down.
        {{ cdp_activate.word('opportunities.outcome') }} in ('won', 'lost')
        and coalesce(opportunities.closed_at < {{ cdp_activate.as_of() }}, true)
            as is_closed

    from opportunities

    inner join accounts
        on opportunities.account_id = accounts.account_id

    left join customer_ids
        on opportunities.customer_id = customer_ids.source_customer_id

    where
        opportunities.created_at < {{ cdp_activate.as_of() }}
        and (
            accounts.created_at is null
            or accounts.created_at < {{ cdp_activate.as_of() }}
        )

),

final as (

    select
        ---------- ids
        opportunity_id,
        account_id,
        known_customer_id as customer_id,

        ---------- text
        opportunity_name,
        {{ cdp_activate.word('kind') }} as kind,
        -- Where it stood before it came to its present stage is not recorded.
        case
            when
                stage_changed_at is null
                or stage_changed_at < {{ cdp_activate.as_of() }}
                then sales_stage
        end as sales_stage,
        case
            when is_closed then {{ cdp_activate.word('outcome') }}
            else 'open'
        end as outcome,
        upper(trim(currency)) as currency,
        source,
        owner_name,
        case when is_closed then lost_reason end as lost_reason,

        ---------- numerics
        amount,
        win_probability,

        ---------- booleans
        not coalesce(is_closed, false) as is_open,

        ---------- dates and timestamps
        expected_close_on,
        created_at,
        case
            when stage_changed_at < {{ cdp_activate.as_of() }} then stage_changed_at
        end as stage_changed_at,
        case when is_closed then closed_at end as closed_at

    from dated

)

select * from final
