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
            case when customers.active = true and customers.score > 1 then 1 else 0 end + case
                when (
                    customers.tier = 'gold' or not coalesce((
                        customers.score < 5
                    ), false)
                )
                then 1
                else 0
            end + case when customers.big <> 7 then 1 else 0 end
        ) >= 2
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
            case when customers.active = true and customers.score > 1 then 1 else 0 end + case
                when (
                    customers.tier = 'gold' or not coalesce((
                        customers.score < 5
                    ), false)
                )
                then 1
                else 0
            end + case when customers.big <> 7 then 1 else 0 end
        ) >= 2
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
            case when customers.active = true and customers.score > 1 then 1 else 0 end + case
                when (
                    customers.tier = 'gold' or not coalesce((
                        customers.score < 5
                    ), false)
                )
                then 1
                else 0
            end + case when customers.big <> 7 then 1 else 0 end
        ) >= 2
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
            case when customers.active = true and customers.score > 1 then 1 else 0 end + case
                when (
                    customers.tier = 'gold' or not coalesce((
                        customers.score < 5
                    ), false)
                )
                then 1
                else 0
            end + case when customers.big <> 7 then 1 else 0 end
        ) >= 2
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
            case when customers.active = true and customers.score > 1 then 1 else 0 end + case
                when (
                    customers.tier = 'gold' or not coalesce((
                        customers.score < 5
                    ), false)
                )
                then 1
                else 0
            end + case when customers.big <> 7 then 1 else 0 end
        ) >= 2
)
select
    *
from final;

