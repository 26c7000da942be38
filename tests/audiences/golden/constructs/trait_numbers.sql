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
            customers.score between 1 and 5 or customers.score is null
        )
        and not case when isnan(customers.ratio) then null else customers.ratio end between 0.5 and 2
        and not customers.spend in (1.5, 2)
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
            customers.score between 1 and 5 or customers.score is null
        )
        and not case
            when (
                customers.ratio = cast('NaN' as double precision)
            )
            then null
            else customers.ratio
        end between 0.5 and 2
        and not customers.spend in (1.5, 2)
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
            customers.score between 1 and 5 or customers.score is null
        )
        and not case when isnan(customers.ratio) then null else customers.ratio end between 0.5 and 2
        and not customers.spend in (1.5, 2)
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
            customers.score between 1 and 5 or customers.score is null
        )
        and not case
            when (
                customers.ratio = cast('NaN' as double)
            )
            then null
            else customers.ratio
        end between 0.5 and 2
        and not customers.spend in (1.5, 2)
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
            customers.score between 1 and 5 or customers.score is null
        )
        and not case when is_nan(customers.ratio) then null else customers.ratio end between 0.5 and 2
        and not customers.spend in (1.5, 2)
)
select
    *
from final;

