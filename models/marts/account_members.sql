with

account_members as (

    select * from {{ ref('input_account_members') }}

),

accounts as (

    select * from {{ ref('input_accounts') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        ---------- ids
        account_members.account_member_id,
        account_members.account_id,
        account_members.customer_id,

        ---------- text
        account_members.role,

        ---------- timestamps
        account_members.joined_at

    from account_members

    inner join accounts
        on account_members.account_id = accounts.account_id

    inner join known_customers
        on account_members.customer_id = known_customers.customer_id

    where
        (
            account_members.joined_at is null
            or account_members.joined_at < {{ cdp_activate.as_of() }}
        )
        and (
            accounts.created_at is null
            or accounts.created_at < {{ cdp_activate.as_of() }}
        )

)

select * from final
