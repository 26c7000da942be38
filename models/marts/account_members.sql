with

account_members as (

    {{ cdp_activate.one_row_each(
        ref('input_account_members'), 'account_member_id', 'joined_at',
        belongs_to={
            'customer_id': ref('customer_ids'), 'account_id': ref('input_accounts'),
        }
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

memberships as (

    select
        account_members.account_member_id,
        account_members.account_id,
        customer_ids.customer_id,
        account_members.role,
        account_members.joined_at,
        -- Ids of one person may be members of several accounts.
        row_number() over (
            partition by customer_ids.customer_id
            order by
                coalesce(
                    account_members.joined_at, accounts.created_at,
                    {{ cdp_activate.long_ago() }}
                ),
                account_members.account_member_id
        ) as membership_number

    from account_members

    inner join accounts
        on account_members.account_id = accounts.account_id

    inner join customer_ids
        on account_members.customer_id = customer_ids.source_customer_id

    where
        (
            account_members.joined_at is null
            or account_members.joined_at < {{ cdp_activate.as_of() }}
        )
        and (
            account_members.left_at is null
            or account_members.left_at >= {{ cdp_activate.as_of() }}
        )
        and (
            accounts.created_at is null
            or accounts.created_at < {{ cdp_activate.as_of() }}
        )

),

final as (

    select
        ---------- ids
        account_member_id,
        account_id,
        customer_id,

        ---------- text
        role,

        ---------- timestamps
        joined_at

    from memberships

    where membership_number = 1

)

select * from final
