-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_tickets_sum_319a474c as (
    select
        customer_id as entity_key,
        sum(case when isnan(hours) or isinf(hours) then null else hours end) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_sum_319a474c
        on fact_tickets_sum_319a474c.entity_key = customers.customer_id
    where
        coalesce(fact_tickets_sum_319a474c.measured, 0) >= 8
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_tickets_sum_319a474c as (
    select
        customer_id as entity_key,
        sum(
            case
                when (
                    hours = cast('NaN' as double precision)
                )
                or (
                    abs(hours) = cast('Infinity' as double precision)
                )
                then null
                else hours
            end
        ) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_sum_319a474c
        on fact_tickets_sum_319a474c.entity_key = customers.customer_id
    where
        coalesce(fact_tickets_sum_319a474c.measured, 0) >= 8
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_tickets_sum_e09622e2 as (
    select
        customer_id as entity_key,
        sum(
            case
                when isnan(hours) or (
                    abs(hours) = cast('Infinity' as double)
                )
                then null
                else hours
            end
        ) as measured
    from `tickets`
    where
        opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_sum_e09622e2
        on fact_tickets_sum_e09622e2.entity_key = customers.customer_id
    where
        coalesce(fact_tickets_sum_e09622e2.measured, 0) >= 8
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_tickets_sum_319a474c as (
    select
        customer_id as entity_key,
        sum(
            case
                when (
                    hours = cast('NaN' as double)
                )
                or (
                    abs(hours) = cast('inf' as double)
                )
                then null
                else hours
            end
        ) as measured
    from "tickets"
    where
        opened_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_tickets_sum_319a474c
        on fact_tickets_sum_319a474c.entity_key = customers.customer_id
    where
        coalesce(fact_tickets_sum_319a474c.measured, 0) >= 8
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_tickets_sum_e09622e2 as (
    select
        customer_id as entity_key,
        sum(case when is_nan(hours) or is_inf(hours) then null else hours end) as measured
    from `tickets`
    where
        opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_sum_e09622e2
        on fact_tickets_sum_e09622e2.entity_key = customers.customer_id
    where
        coalesce(fact_tickets_sum_e09622e2.measured, 0) >= 8
)
select
    *
from final;

