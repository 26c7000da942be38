-- written by `cdp-activate compile` from audiences/12_accounts.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with accounts as (
    select
        *
    from {{ ref('cdp_activate', 'accounts') }}
), final as (
    select
        accounts.account_id,
        cast(null as text) as variant
    from accounts
    where
        accounts.employees >= 20
        and (
            not accounts.plan in ('none') or accounts.plan is null
        )
)
select
    *
from final
