-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_f58961e2 as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by related_rows.opened_at desc, related_rows.ticket_id desc
            ) as place
        from "tickets" as related_rows
        where
            (
                not related_rows.customer_id is null
                and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
            )
            and not related_rows.opened_at is null
    ) as picked
    where
        place = 1 and passes = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_any_f58961e2
        on fact_tickets_any_f58961e2.entity_key = customers.customer_id
    where
        not fact_tickets_any_f58961e2.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_f58961e2 as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by related_rows.opened_at desc nulls last, related_rows.ticket_id desc nulls last
            ) as place
        from "tickets" as related_rows
        where
            (
                not related_rows.customer_id is null
                and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
            )
            and not related_rows.opened_at is null
    ) as picked
    where
        place = 1 and passes = 1
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_any_f58961e2
        on fact_tickets_any_f58961e2.entity_key = customers.customer_id
    where
        not fact_tickets_any_f58961e2.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_tickets_any_14ea8d85 as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by related_rows.opened_at desc, related_rows.ticket_id desc
            ) as place
        from `tickets` as related_rows
        where
            (
                not related_rows.customer_id is null
                and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            )
            and not related_rows.opened_at is null
    ) as picked
    where
        place = 1 and passes = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_any_14ea8d85
        on fact_tickets_any_14ea8d85.entity_key = customers.customer_id
    where
        not fact_tickets_any_14ea8d85.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_c9f2d362 as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by date_trunc('MICROSECOND', related_rows.opened_at) desc nulls last, related_rows.ticket_id desc nulls last
            ) as place
        from "tickets" as related_rows
        where
            (
                not related_rows.customer_id is null
                and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestampntz)
            )
            and not date_trunc('MICROSECOND', related_rows.opened_at) is null
    ) as picked
    where
        place = 1 and passes = 1
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_tickets_any_c9f2d362
        on fact_tickets_any_c9f2d362.entity_key = customers.customer_id
    where
        not fact_tickets_any_c9f2d362.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_tickets_any_14ea8d85 as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by related_rows.opened_at desc, related_rows.ticket_id desc
            ) as place
        from `tickets` as related_rows
        where
            (
                not related_rows.customer_id is null
                and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            )
            and not related_rows.opened_at is null
    ) as picked
    where
        place = 1 and passes = 1
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_any_14ea8d85
        on fact_tickets_any_14ea8d85.entity_key = customers.customer_id
    where
        not fact_tickets_any_14ea8d85.entity_key is null
)
select
    *
from final;

