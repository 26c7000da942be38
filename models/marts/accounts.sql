with

accounts as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

account_members as (

    select * from {{ ref('account_members') }}

),

members as (

    select
        account_id,
        count(*) as member_count

    from account_members

    group by account_id

),

final as (

    select
        ---------- ids
        accounts.account_id,

        ---------- text
        accounts.account_name,
        accounts.industry,
        accounts.country,
        accounts.plan,

        ---------- numerics
        accounts.employees,
        coalesce(members.member_count, 0) as member_count,

        ---------- timestamps
        accounts.created_at

    from accounts

    left join members
        on accounts.account_id = members.account_id

    where
        accounts.created_at is null
        or accounts.created_at < {{ cdp_activate.as_of() }}

)

select * from final
