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
            when json_type(
                case when json_valid(customers.notes) then cast(customers.notes as json) end -> '$."colour"'
            ) = 'VARCHAR'
            then (
                case when json_valid(customers.notes) then cast(customers.notes as json) end -> '$."colour"'
            ) ->> '$'
        end = 'red'
)
select
    *
from final;

-- dialect: postgres
-- refused: a JSON path inside a column of text cannot be said on postgres yet;

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
        case
            when schema_of_variant(
                try_variant_get(try_parse_json(customers.notes), concat('$["', 'colour', '"]'), 'variant')
            ) = 'STRING'
            then variant_get(
                try_variant_get(try_parse_json(customers.notes), concat('$["', 'colour', '"]'), 'variant'),
                '$',
                'string'
            )
        end = 'red'
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
        case
            when typeof(get(try_parse_json(customers.notes), 'colour')) = 'VARCHAR'
            then cast(get(try_parse_json(customers.notes), 'colour') as varchar)
        end = 'red'
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
        case
            when json_type(json_query(safe.parse_json(customers.notes), '$."colour"')) = 'string'
            then json_value(json_query(safe.parse_json(customers.notes), '$."colour"'), '$')
        end = 'red'
)
select
    *
from final;

