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
            cast('0x' || substring(md5((
                's|' || customers.customer_id
            )), 1, 8) as bigint) % 10000
        ) < 1000
        and (
            cast('0x' || substring(md5((
                'tested|' || customers.customer_id
            )), 1, 8) as bigint) % 10000
        ) < 2500
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
            cast(cast('x' || substring(md5((
                's|' || customers.customer_id
            )) from 1 for 8) as bit(32)) as bigint) % 10000
        ) < 1000
        and (
            cast(cast('x' || substring(md5((
                'tested|' || customers.customer_id
            )) from 1 for 8) as bit(32)) as bigint) % 10000
        ) < 2500
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
            cast(conv(substring(md5((
                's|' || customers.customer_id
            )), 1, 8), 16, 10) as bigint) % 10000
        ) < 1000
        and (
            cast(conv(substring(md5((
                'tested|' || customers.customer_id
            )), 1, 8), 16, 10) as bigint) % 10000
        ) < 2500
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
            to_number(substring(md5((
                's|' || customers.customer_id
            )), 1, 8), 'XXXXXXXX') % 10000
        ) < 1000
        and (
            to_number(substring(md5((
                'tested|' || customers.customer_id
            )), 1, 8), 'XXXXXXXX') % 10000
        ) < 2500
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
            mod(
                cast(concat('0x', substr(to_hex(md5((
                    's|' || customers.customer_id
                ))), 1, 8)) as int64),
                10000
            )
        ) < 1000
        and (
            mod(
                cast(concat('0x', substr(to_hex(md5((
                    'tested|' || customers.customer_id
                ))), 1, 8)) as int64),
                10000
            )
        ) < 2500
)
select
    *
from final;

