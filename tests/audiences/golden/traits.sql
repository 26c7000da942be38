with customers as (
    select
        *
    from "customers"
), fact_account_plan_4d44c13d as (
    select
        link.customer_id as entity_key,
        linked.plan as measured
    from "customers" as link
    join "accounts" as linked
        on link.account_id = linked.account_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_account_plan_4d44c13d
        on fact_account_plan_4d44c13d.entity_key = customers.customer_id
    where
        starts_with(
            lower(replace(replace(strip_accents(customers.name), 'đ', 'd'), 'Đ', 'D')),
            lower(replace(replace(strip_accents('Đ'), 'đ', 'd'), 'Đ', 'D'))
        )
        and (
            not customers.tier in ('gold', 'silver') or customers.tier is null
        )
        and customers.spend between 10 and 99.5
        and case when isnan(customers.ratio) then null else customers.ratio end > case when isnan(customers.other_ratio) then null else customers.other_ratio end
        and (
            customers.seen_at >= cast('2025-12-31 23:00:00' as timestamp)
            and customers.seen_at < cast('2026-01-31 23:00:00' as timestamp)
        )
        and customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' < cast('2025-10-12 12:00:00' as timestamp)
        and not fact_account_plan_4d44c13d.measured is null
        and customers."order" = 1
)
select
    *
from final
