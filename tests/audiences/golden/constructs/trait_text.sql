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
        strpos(customers.name, '50%_x') > 0
        and not starts_with(customers.name, 'a\')
        and (
            ends_with(customers.nickname, '''') or customers.nickname is null
        )
        and not regexp_matches(customers.name, '^[ \t\n\r\f\v]*$')
        and length(customers.name) >= 2
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
        position('50%_x' in customers.name) > 0
        and not starts_with(customers.name, 'a\')
        and (
            (
                right(customers.nickname, length('''')) = ''''
            )
            or customers.nickname is null
        )
        and not customers.name ~ '^[ \t\n\r\f\v]*$'
        and length(customers.name) >= 2
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
        locate('50%_x', customers.name) > 0
        and not startswith(customers.name, 'a\\')
        and (
            endswith(customers.nickname, '\'') or customers.nickname is null
        )
        and not customers.name rlike '^[ \\t\\n\\r\\f\\x0B]*\\z'
        and length(customers.name) >= 2
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
        charindex('50%_x', customers.name) > 0
        and not startswith(customers.name, 'a\\')
        and (
            endswith(customers.nickname, '\'') or customers.nickname is null
        )
        and not (
            regexp_instr(customers.name, '^[ \\t\\n\\r\\f\x0b]*$') > 0
        )
        and length(customers.name) >= 2
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
        instr(customers.name, '50%_x') > 0
        and not starts_with(customers.name, 'a\\')
        and (
            ends_with(customers.nickname, '\'') or customers.nickname is null
        )
        and not regexp_contains(customers.name, '^[ \\t\\n\\r\\f\\v]*$')
        and length(customers.name) >= 2
)
select
    *
from final;

