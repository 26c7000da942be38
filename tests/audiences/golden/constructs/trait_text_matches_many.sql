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
        regexp_matches(customers.name, 'a{256}')
)
select
    *
from final;

-- dialect: postgres
-- refused: 'matches' with the repetition {256} cannot be said on postgres;

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
        customers.name rlike 'a{256}'
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
            regexp_instr(customers.name, 'a{256}') > 0
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
        regexp_contains(customers.name, 'a{256}')
)
select
    *
from final;

