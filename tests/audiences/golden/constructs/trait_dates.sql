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
            customers.born >= cast('2026-01-04' as date)
            and customers.born < cast('2026-01-11' as date)
        )
        and (
            customers.renews >= cast('2025-12-22' as date)
            and customers.renews < cast('2026-01-05' as date)
        )
        and (
            customers.seen_at >= cast('2026-01-01 17:00:00' as timestamp)
            and customers.seen_at < cast('2026-01-02 17:00:00' as timestamp)
        )
        and (
            customers.synced_at >= cast('2025-12-31 17:00:00+00:00' as timestamptz)
            and customers.synced_at < cast('2026-01-31 17:00:00+00:00' as timestamptz)
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
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        (
            customers.born >= cast('2026-01-04' as date)
            and customers.born < cast('2026-01-11' as date)
        )
        and (
            customers.renews >= cast('2025-12-22' as date)
            and customers.renews < cast('2026-01-05' as date)
        )
        and (
            customers.seen_at >= cast('2026-01-01 17:00:00' as timestamp)
            and customers.seen_at < cast('2026-01-02 17:00:00' as timestamp)
        )
        and (
            customers.synced_at >= cast('2025-12-31 17:00:00+00:00' as timestamptz)
            and customers.synced_at < cast('2026-01-31 17:00:00+00:00' as timestamptz)
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
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        (
            customers.born >= cast('2026-01-04' as date)
            and customers.born < cast('2026-01-11' as date)
        )
        and (
            customers.renews >= cast('2025-12-22' as date)
            and customers.renews < cast('2026-01-05' as date)
        )
        and (
            customers.seen_at >= cast('2026-01-01 17:00:00+00:00' as timestamp)
            and customers.seen_at < cast('2026-01-02 17:00:00+00:00' as timestamp)
        )
        and (
            customers.synced_at >= cast('2025-12-31 17:00:00+00:00' as timestamp)
            and customers.synced_at < cast('2026-01-31 17:00:00+00:00' as timestamp)
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
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    where
        (
            customers.born >= cast('2026-01-04' as date)
            and customers.born < cast('2026-01-11' as date)
        )
        and (
            customers.renews >= cast('2025-12-22' as date)
            and customers.renews < cast('2026-01-05' as date)
        )
        and (
            customers.seen_at >= cast('2026-01-01 17:00:00' as timestampntz)
            and customers.seen_at < cast('2026-01-02 17:00:00' as timestampntz)
        )
        and (
            customers.synced_at >= cast('2025-12-31 17:00:00+00:00' as timestamptz)
            and customers.synced_at < cast('2026-01-31 17:00:00+00:00' as timestamptz)
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
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        (
            customers.born >= cast('2026-01-04' as date)
            and customers.born < cast('2026-01-11' as date)
        )
        and (
            customers.renews >= cast('2025-12-22' as date)
            and customers.renews < cast('2026-01-05' as date)
        )
        and (
            customers.seen_at >= cast('2026-01-01 17:00:00+00:00' as timestamp)
            and customers.seen_at < cast('2026-01-02 17:00:00+00:00' as timestamp)
        )
        and (
            customers.synced_at >= cast('2025-12-31 17:00:00+00:00' as timestamp)
            and customers.synced_at < cast('2026-01-31 17:00:00+00:00' as timestamp)
        )
)
select
    *
from final;

