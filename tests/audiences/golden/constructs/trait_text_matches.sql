-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        regexp_matches(customers.name, '^[0-9A-Z_a-z]+[0-9]{2}$')
        and not regexp_matches(customers.nickname, 'a|b', 'i')
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        customers.name ~ '^[0-9A-Z_a-z]+[0-9]{2}$'
        and not (
            customers.nickname collate "und-x-icu"
        ) ~* 'a|b'
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        customers.name rlike '^[0-9A-Z_a-z]+[0-9]{2}\\z'
        and not customers.nickname rlike concat('(?iu)', 'a|b')
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    where
        (
            regexp_instr(customers.name, '^[0-9A-Z_a-z]+[0-9]{2}$') > 0
        )
        and not (
            regexp_instr(customers.nickname, 'a|b', 1, 1, 0, 'i') > 0
        )
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        regexp_contains(customers.name, '^[0-9A-Z_a-z]+[0-9]{2}$')
        and not regexp_contains(customers.nickname, concat('(?i)', 'a|b'))
)
select
    *
from final;

