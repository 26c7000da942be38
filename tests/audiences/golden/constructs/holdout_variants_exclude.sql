-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), audience_other as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        customers.active = true
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                cast('0x' || substring(md5((
                    'cart|' || customers.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 1000
            then 'holdout'
            when (
                cast('0x' || substring(md5((
                    'tested/variants|' || customers.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 5000
            then 'a'
            when (
                cast('0x' || substring(md5((
                    'tested/variants|' || customers.customer_id
                )), 1, 8) as bigint) % 10000
            ) between 5000 and 9999
            then 'b'
        end as text) as variant
    from customers
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and not coalesce((
            customers.customer_id in ('c1')
        ), false)
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), audience_other as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        customers.active = true
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                cast(cast('x' || substring(md5((
                    'cart|' || customers.customer_id
                )) from 1 for 8) as bit(32)) as bigint) % 10000
            ) < 1000
            then 'holdout'
            when (
                cast(cast('x' || substring(md5((
                    'tested/variants|' || customers.customer_id
                )) from 1 for 8) as bit(32)) as bigint) % 10000
            ) < 5000
            then 'a'
            when (
                cast(cast('x' || substring(md5((
                    'tested/variants|' || customers.customer_id
                )) from 1 for 8) as bit(32)) as bigint) % 10000
            ) between 5000 and 9999
            then 'b'
        end as text) as variant
    from customers
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and not coalesce((
            customers.customer_id in ('c1')
        ), false)
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), audience_other as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        customers.active = true
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                cast(conv(substring(md5((
                    'cart|' || customers.customer_id
                )), 1, 8), 16, 10) as bigint) % 10000
            ) < 1000
            then 'holdout'
            when (
                cast(conv(substring(md5((
                    'tested/variants|' || customers.customer_id
                )), 1, 8), 16, 10) as bigint) % 10000
            ) < 5000
            then 'a'
            when (
                cast(conv(substring(md5((
                    'tested/variants|' || customers.customer_id
                )), 1, 8), 16, 10) as bigint) % 10000
            ) between 5000 and 9999
            then 'b'
        end as string) as variant
    from customers
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and not coalesce((
            customers.customer_id in ('c1')
        ), false)
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), audience_other as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    where
        customers.active = true
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                to_number(substring(md5((
                    'cart|' || customers.customer_id
                )), 1, 8), 'XXXXXXXX') % 10000
            ) < 1000
            then 'holdout'
            when (
                to_number(
                    substring(md5((
                        'tested/variants|' || customers.customer_id
                    )), 1, 8),
                    'XXXXXXXX'
                ) % 10000
            ) < 5000
            then 'a'
            when (
                to_number(
                    substring(md5((
                        'tested/variants|' || customers.customer_id
                    )), 1, 8),
                    'XXXXXXXX'
                ) % 10000
            ) between 5000 and 9999
            then 'b'
        end as varchar) as variant
    from customers
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and not coalesce((
            customers.customer_id in ('c1')
        ), false)
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), audience_other as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        customers.active = true
), final as (
    select
        customers.customer_id,
        cast(case
            when (
                mod(
                    cast(concat('0x', substr(to_hex(md5((
                        'cart|' || customers.customer_id
                    ))), 1, 8)) as int64),
                    10000
                )
            ) < 1000
            then 'holdout'
            when (
                mod(
                    cast(concat(
                        '0x',
                        substr(to_hex(md5((
                            'tested/variants|' || customers.customer_id
                        ))), 1, 8)
                    ) as int64),
                    10000
                )
            ) < 5000
            then 'a'
            when (
                mod(
                    cast(concat(
                        '0x',
                        substr(to_hex(md5((
                            'tested/variants|' || customers.customer_id
                        ))), 1, 8)
                    ) as int64),
                    10000
                )
            ) between 5000 and 9999
            then 'b'
        end as string) as variant
    from customers
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and not coalesce((
            customers.customer_id in ('c1')
        ), false)
)
select
    *
from final;

