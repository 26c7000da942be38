-- dialect: duckdb
with accounts as (
    select
        *
    from "accounts"
), fact_contacts_any_5cbd3767 as (
    select
        related_rows.account_id as entity_key
    from "contacts" as related_rows
    join "customers" as customers
        on related_rows.customer_id = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'owner'
        and customers.active = true
    group by
        related_rows.account_id
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_buyers_at_least_d43a82cb as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from "customers" as related_rows
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
        and coalesce(fact_order_placed_count_e1c55f41.measured, 0) >= 1
    group by
        related_rows.account_id
), final as (
    select
        accounts.account_id,
        cast(null as text) as variant
    from accounts
    left join fact_contacts_any_5cbd3767
        on fact_contacts_any_5cbd3767.entity_key = accounts.account_id
    left join fact_buyers_at_least_d43a82cb
        on fact_buyers_at_least_d43a82cb.entity_key = accounts.account_id
    where
        not fact_contacts_any_5cbd3767.entity_key is null
        and coalesce(fact_buyers_at_least_d43a82cb.passing, 0) >= 2
)
select
    *
from final;

-- dialect: postgres
with accounts as (
    select
        *
    from "accounts"
), fact_contacts_any_5cbd3767 as (
    select
        related_rows.account_id as entity_key
    from "contacts" as related_rows
    join "customers" as customers
        on related_rows.customer_id = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'owner'
        and customers.active = true
    group by
        related_rows.account_id
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_buyers_at_least_d43a82cb as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from "customers" as related_rows
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
        and coalesce(fact_order_placed_count_e1c55f41.measured, 0) >= 1
    group by
        related_rows.account_id
), final as (
    select
        accounts.account_id,
        cast(null as text) as variant
    from accounts
    left join fact_contacts_any_5cbd3767
        on fact_contacts_any_5cbd3767.entity_key = accounts.account_id
    left join fact_buyers_at_least_d43a82cb
        on fact_buyers_at_least_d43a82cb.entity_key = accounts.account_id
    where
        not fact_contacts_any_5cbd3767.entity_key is null
        and coalesce(fact_buyers_at_least_d43a82cb.passing, 0) >= 2
)
select
    *
from final;

-- dialect: spark
with accounts as (
    select
        *
    from `accounts`
), fact_contacts_any_5cbd3767 as (
    select
        related_rows.account_id as entity_key
    from `contacts` as related_rows
    join `customers` as customers
        on related_rows.customer_id = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'owner'
        and customers.active = true
    group by
        related_rows.account_id
), fact_order_placed_count_e45de62e as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_buyers_at_least_59bcd748 as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from `customers` as related_rows
    left join fact_order_placed_count_e45de62e
        on fact_order_placed_count_e45de62e.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
        and coalesce(fact_order_placed_count_e45de62e.measured, 0) >= 1
    group by
        related_rows.account_id
), final as (
    select
        accounts.account_id,
        cast(null as string) as variant
    from accounts
    left join fact_contacts_any_5cbd3767
        on fact_contacts_any_5cbd3767.entity_key = accounts.account_id
    left join fact_buyers_at_least_59bcd748
        on fact_buyers_at_least_59bcd748.entity_key = accounts.account_id
    where
        not fact_contacts_any_5cbd3767.entity_key is null
        and coalesce(fact_buyers_at_least_59bcd748.passing, 0) >= 2
)
select
    *
from final;

-- dialect: snowflake
with accounts as (
    select
        *
    from "accounts"
), fact_contacts_any_5cbd3767 as (
    select
        related_rows.account_id as entity_key
    from "contacts" as related_rows
    join "customers" as customers
        on related_rows.customer_id = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'owner'
        and customers.active = true
    group by
        related_rows.account_id
), fact_order_placed_count_e1c55f41 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), fact_buyers_at_least_d43a82cb as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from "customers" as related_rows
    left join fact_order_placed_count_e1c55f41
        on fact_order_placed_count_e1c55f41.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
        and coalesce(fact_order_placed_count_e1c55f41.measured, 0) >= 1
    group by
        related_rows.account_id
), final as (
    select
        accounts.account_id,
        cast(null as varchar) as variant
    from accounts
    left join fact_contacts_any_5cbd3767
        on fact_contacts_any_5cbd3767.entity_key = accounts.account_id
    left join fact_buyers_at_least_d43a82cb
        on fact_buyers_at_least_d43a82cb.entity_key = accounts.account_id
    where
        not fact_contacts_any_5cbd3767.entity_key is null
        and coalesce(fact_buyers_at_least_d43a82cb.passing, 0) >= 2
)
select
    *
from final;

-- dialect: bigquery
with accounts as (
    select
        *
    from `accounts`
), fact_contacts_any_5cbd3767 as (
    select
        related_rows.account_id as entity_key
    from `contacts` as related_rows
    join `customers` as customers
        on related_rows.customer_id = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'owner'
        and customers.active = true
    group by
        related_rows.account_id
), fact_order_placed_count_e45de62e as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_buyers_at_least_59bcd748 as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from `customers` as related_rows
    left join fact_order_placed_count_e45de62e
        on fact_order_placed_count_e45de62e.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
        and coalesce(fact_order_placed_count_e45de62e.measured, 0) >= 1
    group by
        related_rows.account_id
), final as (
    select
        accounts.account_id,
        cast(null as string) as variant
    from accounts
    left join fact_contacts_any_5cbd3767
        on fact_contacts_any_5cbd3767.entity_key = accounts.account_id
    left join fact_buyers_at_least_59bcd748
        on fact_buyers_at_least_59bcd748.entity_key = accounts.account_id
    where
        not fact_contacts_any_5cbd3767.entity_key is null
        and coalesce(fact_buyers_at_least_59bcd748.passing, 0) >= 2
)
select
    *
from final;

