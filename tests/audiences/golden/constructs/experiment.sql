-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_experiment_price_7040dd5d as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (partition by customer_id order by assigned_at desc, assignment_id desc, variant) as place
        from "assignments"
        where
            experiment = 'price' and assigned_at < cast('2026-01-10 12:00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_experiment_price_7040dd5d
        on fact_experiment_price_7040dd5d.entity_key = customers.customer_id
    where
        fact_experiment_price_7040dd5d.measured in ('control')
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_experiment_price_7040dd5d as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (
                partition by customer_id
                order by assigned_at desc nulls last, assignment_id desc nulls last, (
                    variant collate "C"
                )
            ) as place
        from "assignments"
        where
            experiment = 'price' and assigned_at < cast('2026-01-10 12:00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_experiment_price_7040dd5d
        on fact_experiment_price_7040dd5d.entity_key = customers.customer_id
    where
        fact_experiment_price_7040dd5d.measured in ('control')
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_experiment_price_c13a8468 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (
                partition by customer_id
                order by assigned_at desc, assignment_id desc, variant nulls last
            ) as place
        from `assignments`
        where
            experiment = 'price'
            and assigned_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_experiment_price_c13a8468
        on fact_experiment_price_c13a8468.entity_key = customers.customer_id
    where
        fact_experiment_price_c13a8468.measured in ('control')
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_experiment_price_70542140 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', assigned_at) desc nulls last, assignment_id desc nulls last, variant
            ) as place
        from "assignments"
        where
            experiment = 'price'
            and assigned_at < cast('2026-01-10 12:00:00' as timestampntz)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_experiment_price_70542140
        on fact_experiment_price_70542140.entity_key = customers.customer_id
    where
        fact_experiment_price_70542140.measured in ('control')
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_experiment_price_c13a8468 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (
                partition by customer_id
                order by assigned_at desc, assignment_id desc, variant nulls last
            ) as place
        from `assignments`
        where
            experiment = 'price'
            and assigned_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_experiment_price_c13a8468
        on fact_experiment_price_c13a8468.entity_key = customers.customer_id
    where
        fact_experiment_price_c13a8468.measured in ('control')
)
select
    *
from final;

