-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), candidates as (
    select
        customers.customer_id,
        customers.spend as rank_value,
        customers.tier as rank_per
    from customers
    where
        customers.active = true
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        ranked.place <= 100
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), candidates as (
    select
        customers.customer_id,
        customers.spend as rank_value,
        customers.tier as rank_per
    from customers
    where
        customers.active = true
), ranked as (
    select
        customer_id,
        row_number() over (
            partition by rank_per
            order by rank_value desc nulls last, (
                customer_id collate "C"
            )
        ) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        ranked.place <= 100
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), candidates as (
    select
        customers.customer_id,
        customers.spend as rank_value,
        customers.tier as rank_per
    from customers
    where
        customers.active = true
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id nulls last) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as string) as variant
    from ranked
    where
        ranked.place <= 100
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), candidates as (
    select
        customers.customer_id,
        customers.spend as rank_value,
        customers.tier as rank_per
    from customers
    where
        customers.active = true
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc nulls last, customer_id) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as varchar) as variant
    from ranked
    where
        ranked.place <= 100
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), candidates as (
    select
        customers.customer_id,
        customers.spend as rank_value,
        customers.tier as rank_per
    from customers
    where
        customers.active = true
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id nulls last) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as string) as variant
    from ranked
    where
        ranked.place <= 100
)
select
    *
from final;

