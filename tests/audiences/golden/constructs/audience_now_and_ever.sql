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
), fact_members_other_4d577f58 as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00' as timestamp)
                then null
                else entered_at
            end
        ) as since,
        max(
            case when exited_at < cast('2026-01-10 12:00:00' as timestamp) then exited_at end
        ) as last_exit
    from "audience_members"
    where
        audience = 'other' and entered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_members_other_4d577f58
        on fact_members_other_4d577f58.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and (
            not audience_other.customer_id is null
            or not fact_members_other_4d577f58.entity_key is null
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
), audience_other as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        customers.active = true
), fact_members_other_4d577f58 as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00' as timestamp)
                then null
                else entered_at
            end
        ) as since,
        max(
            case when exited_at < cast('2026-01-10 12:00:00' as timestamp) then exited_at end
        ) as last_exit
    from "audience_members"
    where
        audience = 'other' and entered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_members_other_4d577f58
        on fact_members_other_4d577f58.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and (
            not audience_other.customer_id is null
            or not fact_members_other_4d577f58.entity_key is null
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
), audience_other as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        customers.active = true
), fact_members_other_e32a043f as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then null
                else entered_at
            end
        ) as since,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then exited_at
            end
        ) as last_exit
    from `audience_members`
    where
        audience = 'other'
        and entered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_members_other_e32a043f
        on fact_members_other_e32a043f.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and (
            not audience_other.customer_id is null
            or not fact_members_other_e32a043f.entity_key is null
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
), audience_other as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    where
        customers.active = true
), fact_members_other_4d577f58 as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00' as timestampntz)
                then null
                else entered_at
            end
        ) as since,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00' as timestampntz)
                then exited_at
            end
        ) as last_exit
    from "audience_members"
    where
        audience = 'other' and entered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_members_other_4d577f58
        on fact_members_other_4d577f58.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and (
            not audience_other.customer_id is null
            or not fact_members_other_4d577f58.entity_key is null
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
), audience_other as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        customers.active = true
), fact_members_other_e32a043f as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then null
                else entered_at
            end
        ) as since,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then exited_at
            end
        ) as last_exit
    from `audience_members`
    where
        audience = 'other'
        and entered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_members_other_e32a043f
        on fact_members_other_e32a043f.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        not coalesce((
            not audience_other.customer_id is null
        ), false)
        and (
            not audience_other.customer_id is null
            or not fact_members_other_e32a043f.entity_key is null
        )
)
select
    *
from final;

