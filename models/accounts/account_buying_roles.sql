with

account_members as (

    select * from {{ ref('account_members') }}

),

accounts_by_id as (

    {{ cdp_activate.one_row_each(
        ref('input_accounts'), 'account_id', 'created_at'
    ) }}

),

accounts as (

    select * from accounts_by_id

    where
        created_at is null
        or created_at < {{ cdp_activate.as_of() }}

),

buying_roles as (

    select * from {{ ref('buying_roles') }}

),

last_90_days as (

    select * from {{ ref('customer_last_90_days') }}

),

members as (

    select
        account_members.account_id,
        coalesce(
            buying_roles.buying_role, account_members.role, 'unknown'
        ) as buying_role,
        case when last_90_days.inbound_count > 0 then 1 else 0 end as is_engaged

    from account_members

    left join buying_roles
        on
            replace(
                replace({{ cdp_activate.word('account_members.role') }}, '_', ' '),
                '-', ' '
            )
            = buying_roles.role

    left join last_90_days
        on account_members.customer_id = last_90_days.customer_id

),

filled as (

    select
        account_id,
        buying_role,
        count(*) as member_count,
        sum(is_engaged) as engaged_member_count

    from members

    group by
        account_id,
        buying_role

),

required_roles as (

    select distinct buying_role

    from buying_roles

    where is_required

),

roles as (

    select
        accounts.account_id,
        required_roles.buying_role

    from accounts

    cross join required_roles

    union distinct

    select
        account_id,
        buying_role

    from filled

),

final as (

    select
        ---------- ids
        roles.account_id,

        ---------- text
        roles.buying_role,

        ---------- numerics
        coalesce(filled.member_count, 0) as member_count,
        cast(
            coalesce(filled.engaged_member_count, 0) as {{ dbt.type_bigint() }}
        ) as engaged_member_count,

        ---------- booleans
        required_roles.buying_role is not null as is_required,
        filled.account_id is not null as is_filled

    from roles

    left join filled
        on
            roles.account_id = filled.account_id
            and roles.buying_role = filled.buying_role

    left join required_roles
        on roles.buying_role = required_roles.buying_role

)

select * from final
