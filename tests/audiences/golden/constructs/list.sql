-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as text) as entity_key
    from "vip_ids"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        (
            customers.customer_id in ('c1', 'c2')
            or not fact_list_vip_ids_8dd899e1.entity_key is null
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
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as text) as entity_key
    from "vip_ids"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        (
            customers.customer_id in ('c1', 'c2')
            or not fact_list_vip_ids_8dd899e1.entity_key is null
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
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as string) as entity_key
    from `vip_ids`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        (
            customers.customer_id in ('c1', 'c2')
            or not fact_list_vip_ids_8dd899e1.entity_key is null
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
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as varchar) as entity_key
    from "vip_ids"
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        (
            customers.customer_id in ('c1', 'c2')
            or not fact_list_vip_ids_8dd899e1.entity_key is null
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
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as string) as entity_key
    from `vip_ids`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        (
            customers.customer_id in ('c1', 'c2')
            or not fact_list_vip_ids_8dd899e1.entity_key is null
        )
)
select
    *
from final;

