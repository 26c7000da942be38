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
        (
            cast(customers.score as decimal(18, 3)) > 1
            and coalesce(customers.nickname, customers.name) <> 'x'
        )
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
        (
            cast(customers.score as decimal) > 1
            and coalesce(customers.nickname, customers.name) <> 'x'
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
        (
            cast(customers.score as decimal) > 1
            and coalesce(customers.nickname, customers.name) <> 'x'
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
        (
            cast(customers.score as decimal(38, 0)) > 1
            and coalesce(customers.nickname, customers.name) <> 'x'
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
        (
            cast(customers.score as numeric) > 1
            and coalesce(customers.nickname, customers.name) <> 'x'
        )
)
select
    *
from final;

