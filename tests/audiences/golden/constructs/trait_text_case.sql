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
        lower(customers.name) in (lower('Gold'), lower('SILVER'))
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
        lower(replace(replace(customers.name, 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu") in (
            lower(replace(replace('Gold', 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu"),
            lower(replace(replace('SILVER', 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu")
        )
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
        lower(replace(replace(customers.name, 'Σ', 'σ'), 'İ', 'i')) in (
            lower(replace(replace('Gold', 'Σ', 'σ'), 'İ', 'i')),
            lower(replace(replace('SILVER', 'Σ', 'σ'), 'İ', 'i'))
        )
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
        lower(replace(replace(customers.name, 'Σ', 'σ'), 'İ', 'i')) in (
            lower(replace(replace('Gold', 'Σ', 'σ'), 'İ', 'i')),
            lower(replace(replace('SILVER', 'Σ', 'σ'), 'İ', 'i'))
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
        lower(replace(replace(customers.name, 'Σ', 'σ'), 'İ', 'i')) in (
            lower(replace(replace('Gold', 'Σ', 'σ'), 'İ', 'i')),
            lower(replace(replace('SILVER', 'Σ', 'σ'), 'İ', 'i'))
        )
)
select
    *
from final;

