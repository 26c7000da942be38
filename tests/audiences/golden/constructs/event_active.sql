-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_2dd079ae as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            date_diff('DAY', cast('1970-01-05' as date), cast(happened_at at time zone 'UTC' as date)) - (
                extract(isodow from cast(happened_at at time zone 'UTC' as date)) - 1
            ) as period
        from "web_events"
        where
            event_name = 'viewed'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamptz)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamptz)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as happened
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_viewed_active_2dd079ae
        on fact_viewed_active_2dd079ae.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_2dd079ae.measured, 0) >= 3
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_2dd079ae as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            (
                cast(happened_at at time zone 'UTC' as date) - cast('1970-01-05' as date)
            ) - (
                extract(isodow from cast(happened_at at time zone 'UTC' as date)) - 1
            ) as period
        from "web_events"
        where
            event_name = 'viewed'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamptz)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamptz)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as happened
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_viewed_active_2dd079ae
        on fact_viewed_active_2dd079ae.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_2dd079ae.measured, 0) >= 3
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_viewed_active_2dd079ae as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            datediff(
                cast(convert_timezone('UTC', cast(happened_at as timestamp_ntz)) as date),
                cast('1970-01-05' as date)
            ) - (
                (
                    weekday(cast(convert_timezone('UTC', cast(happened_at as timestamp_ntz)) as date)) + 1
                ) - 1
            ) as period
        from `web_events`
        where
            event_name = 'viewed'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamp)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamp)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as happened
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_viewed_active_2dd079ae
        on fact_viewed_active_2dd079ae.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_2dd079ae.measured, 0) >= 3
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_2dd079ae as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            datediff(
                day,
                cast('1970-01-05' as date),
                cast(cast(convert_timezone('UTC', happened_at) as timestampntz) as date)
            ) - (
                dayofweekiso(cast(cast(convert_timezone('UTC', happened_at) as timestampntz) as date)) - 1
            ) as period
        from "web_events"
        where
            event_name = 'viewed'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamptz)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamptz)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as happened
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_viewed_active_2dd079ae
        on fact_viewed_active_2dd079ae.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_2dd079ae.measured, 0) >= 3
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_viewed_active_2dd079ae as (
    select
        entity_key,
        count(distinct period) as measured
    from (
        select
            customer_id as entity_key,
            date_diff(cast(datetime(happened_at, 'UTC') as date), cast('1970-01-05' as date), day) - (
                (
                    mod(extract(dayofweek from cast(datetime(happened_at, 'UTC') as date)) + 5, 7) + 1
                ) - 1
            ) as period
        from `web_events`
        where
            event_name = 'viewed'
            and (
                happened_at >= cast('2025-11-17 00:00:00+00:00' as timestamp)
                and happened_at < cast('2026-01-12 00:00:00+00:00' as timestamp)
            )
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as happened
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_viewed_active_2dd079ae
        on fact_viewed_active_2dd079ae.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_2dd079ae.measured, 0) >= 3
)
select
    *
from final;

