-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_journey_onboarding_b3853b27 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (partition by customer_id order by since desc, step desc, state) as place
        from "journey_states"
        where
            journey = 'onboarding'
            and since < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_journey_onboarding_b3853b27
        on fact_journey_onboarding_b3853b27.entity_key = customers.customer_id
    where
        fact_journey_onboarding_b3853b27.measured in ('completed')
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_journey_onboarding_b3853b27 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (
                partition by customer_id
                order by since desc nulls last, step desc nulls last, (
                    state collate "C"
                )
            ) as place
        from "journey_states"
        where
            journey = 'onboarding'
            and since < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_journey_onboarding_b3853b27
        on fact_journey_onboarding_b3853b27.entity_key = customers.customer_id
    where
        fact_journey_onboarding_b3853b27.measured in ('completed')
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_journey_onboarding_b3853b27 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (partition by customer_id order by since desc, step desc, state nulls last) as place
        from `journey_states`
        where
            journey = 'onboarding' and since < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_journey_onboarding_b3853b27
        on fact_journey_onboarding_b3853b27.entity_key = customers.customer_id
    where
        fact_journey_onboarding_b3853b27.measured in ('completed')
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_journey_onboarding_1156b092 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', since) desc nulls last, step desc nulls last, state
            ) as place
        from "journey_states"
        where
            journey = 'onboarding'
            and since < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_journey_onboarding_1156b092
        on fact_journey_onboarding_1156b092.entity_key = customers.customer_id
    where
        fact_journey_onboarding_1156b092.measured in ('completed')
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_journey_onboarding_b3853b27 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (partition by customer_id order by since desc, step desc, state nulls last) as place
        from `journey_states`
        where
            journey = 'onboarding' and since < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_journey_onboarding_b3853b27
        on fact_journey_onboarding_b3853b27.entity_key = customers.customer_id
    where
        fact_journey_onboarding_b3853b27.measured in ('completed')
)
select
    *
from final;

