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
        case
            when json_type(customers.profile -> '/*') = 'VARCHAR'
            then (
                customers.profile -> '/*'
            ) ->> '$'
        end = 'vi'
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
        case
            when jsonb_typeof(cast(customers.profile as jsonb) -> '*') = 'string'
            then cast(customers.profile as jsonb) -> '*' #>> '{}'
        end = 'vi'
)
select
    *
from final;

-- dialect: spark
-- refused: a JSON key that is empty, a star or has a quote in it cannot be said on spark yet;

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
        case
            when typeof(get(customers.profile, '*')) = 'VARCHAR'
            then cast(get(customers.profile, '*') as varchar)
        end = 'vi'
)
select
    *
from final;

-- dialect: bigquery
-- refused: a JSON key that is empty, a star or has a quote in it cannot be said on bigquery yet;

