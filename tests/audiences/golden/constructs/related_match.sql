-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_d35faeb2 as (
    select
        related_rows.customer_id as entity_key
    from "tickets" as related_rows
    where
        (
            not related_rows.customer_id is null
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and related_rows.status = 'open'
    group by
        related_rows.customer_id
), fact_tickets_all_64cf4ac1 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(
            case
                when case when isnan(related_rows.hours) then null else related_rows.hours end < 4
                then 1
                else 0
            end
        ) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and (
            related_rows.opened_at >= cast('2025-12-11 12:00:00' as timestamp)
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
        )
    group by
        related_rows.customer_id
), fact_tickets_share_223b3766 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(case when related_rows.status = 'closed' then 1 else 0 end) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        related_rows.customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_any_d35faeb2
        on fact_tickets_any_d35faeb2.entity_key = customers.customer_id
    left join fact_tickets_all_64cf4ac1
        on fact_tickets_all_64cf4ac1.entity_key = customers.customer_id
    left join fact_tickets_share_223b3766
        on fact_tickets_share_223b3766.entity_key = customers.customer_id
    where
        not fact_tickets_any_d35faeb2.entity_key is null
        and (
            fact_tickets_all_64cf4ac1.passing = fact_tickets_all_64cf4ac1.total
            or fact_tickets_all_64cf4ac1.total is null
        )
        and (
            cast((
                cast(fact_tickets_share_223b3766.passing as int128) // nullif(cast(fact_tickets_share_223b3766.total as int128), 0)
            ) * 1000000000 + (
                (
                    cast(fact_tickets_share_223b3766.passing as int128) % nullif(cast(fact_tickets_share_223b3766.total as int128), 0)
                ) * 2000000000 + sign(cast(fact_tickets_share_223b3766.passing as int128)) * nullif(cast(fact_tickets_share_223b3766.total as int128), 0)
            ) // (
                2 * nullif(cast(fact_tickets_share_223b3766.total as int128), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) >= 0.5
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_d35faeb2 as (
    select
        related_rows.customer_id as entity_key
    from "tickets" as related_rows
    where
        (
            not related_rows.customer_id is null
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and related_rows.status = 'open'
    group by
        related_rows.customer_id
), fact_tickets_all_64cf4ac1 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(
            case
                when case
                    when (
                        related_rows.hours = cast('NaN' as double precision)
                    )
                    then null
                    else related_rows.hours
                end < 4
                then 1
                else 0
            end
        ) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and (
            related_rows.opened_at >= cast('2025-12-11 12:00:00' as timestamp)
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
        )
    group by
        related_rows.customer_id
), fact_tickets_share_223b3766 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(case when related_rows.status = 'closed' then 1 else 0 end) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        related_rows.customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tickets_any_d35faeb2
        on fact_tickets_any_d35faeb2.entity_key = customers.customer_id
    left join fact_tickets_all_64cf4ac1
        on fact_tickets_all_64cf4ac1.entity_key = customers.customer_id
    left join fact_tickets_share_223b3766
        on fact_tickets_share_223b3766.entity_key = customers.customer_id
    where
        not fact_tickets_any_d35faeb2.entity_key is null
        and (
            fact_tickets_all_64cf4ac1.passing = fact_tickets_all_64cf4ac1.total
            or fact_tickets_all_64cf4ac1.total is null
        )
        and round(
            cast(round(cast(fact_tickets_share_223b3766.passing as decimal), 40) / nullif(cast(fact_tickets_share_223b3766.total as decimal), 0) as decimal),
            9
        ) >= 0.5
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_tickets_any_eabd521f as (
    select
        related_rows.customer_id as entity_key
    from `tickets` as related_rows
    where
        (
            not related_rows.customer_id is null
            and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and related_rows.status = 'open'
    group by
        related_rows.customer_id
), fact_tickets_all_26cf8e85 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(
            case
                when case when isnan(related_rows.hours) then null else related_rows.hours end < 4
                then 1
                else 0
            end
        ) as passing
    from `tickets` as related_rows
    where
        not related_rows.customer_id is null
        and (
            related_rows.opened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        related_rows.customer_id
), fact_tickets_share_16f52b87 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(case when related_rows.status = 'closed' then 1 else 0 end) as passing
    from `tickets` as related_rows
    where
        not related_rows.customer_id is null
        and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        related_rows.customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_any_eabd521f
        on fact_tickets_any_eabd521f.entity_key = customers.customer_id
    left join fact_tickets_all_26cf8e85
        on fact_tickets_all_26cf8e85.entity_key = customers.customer_id
    left join fact_tickets_share_16f52b87
        on fact_tickets_share_16f52b87.entity_key = customers.customer_id
    where
        not fact_tickets_any_eabd521f.entity_key is null
        and (
            fact_tickets_all_26cf8e85.passing = fact_tickets_all_26cf8e85.total
            or fact_tickets_all_26cf8e85.total is null
        )
        and (
            cast((
                cast(fact_tickets_share_16f52b87.passing as decimal(38, 0)) - cast(fact_tickets_share_16f52b87.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
            ) / nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0) as decimal(27, 0)) + case
                when cast(fact_tickets_share_16f52b87.passing as decimal(38, 0)) < 0
                then -1
                else 1
            end * cast((
                (
                    abs(
                        cast(fact_tickets_share_16f52b87.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
                ) - (
                    abs(
                        cast(fact_tickets_share_16f52b87.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
                ) % (
                    2 * nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
                )
            ) / (
                2 * nullif(cast(fact_tickets_share_16f52b87.total as decimal(38, 0)), 0)
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) >= 0.5
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_tickets_any_d35faeb2 as (
    select
        related_rows.customer_id as entity_key
    from "tickets" as related_rows
    where
        (
            not related_rows.customer_id is null
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestampntz)
        )
        and related_rows.status = 'open'
    group by
        related_rows.customer_id
), fact_tickets_all_64cf4ac1 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(
            case
                when case
                    when (
                        related_rows.hours = cast('NaN' as double)
                    )
                    then null
                    else related_rows.hours
                end < 4
                then 1
                else 0
            end
        ) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and (
            related_rows.opened_at >= cast('2025-12-11 12:00:00' as timestampntz)
            and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestampntz)
        )
    group by
        related_rows.customer_id
), fact_tickets_share_223b3766 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(case when related_rows.status = 'closed' then 1 else 0 end) as passing
    from "tickets" as related_rows
    where
        not related_rows.customer_id is null
        and related_rows.opened_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        related_rows.customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_tickets_any_d35faeb2
        on fact_tickets_any_d35faeb2.entity_key = customers.customer_id
    left join fact_tickets_all_64cf4ac1
        on fact_tickets_all_64cf4ac1.entity_key = customers.customer_id
    left join fact_tickets_share_223b3766
        on fact_tickets_share_223b3766.entity_key = customers.customer_id
    where
        not fact_tickets_any_d35faeb2.entity_key is null
        and (
            fact_tickets_all_64cf4ac1.passing = fact_tickets_all_64cf4ac1.total
            or fact_tickets_all_64cf4ac1.total is null
        )
        and (
            (
                cast(fact_tickets_share_223b3766.passing as decimal(38, 0)) - cast(fact_tickets_share_223b3766.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
            ) / nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0) + sign(cast(fact_tickets_share_223b3766.passing as decimal(38, 0))) * (
                (
                    abs(
                        cast(fact_tickets_share_223b3766.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
                ) - (
                    abs(
                        cast(fact_tickets_share_223b3766.passing as decimal(38, 0)) % nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
                ) % (
                    2 * nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
                )
            ) / (
                2 * nullif(cast(fact_tickets_share_223b3766.total as decimal(38, 0)), 0)
            ) * 0.000000001
        ) >= 0.5
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_tickets_any_eabd521f as (
    select
        related_rows.customer_id as entity_key
    from `tickets` as related_rows
    where
        (
            not related_rows.customer_id is null
            and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and related_rows.status = 'open'
    group by
        related_rows.customer_id
), fact_tickets_all_26cf8e85 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(
            case
                when case when is_nan(related_rows.hours) then null else related_rows.hours end < 4
                then 1
                else 0
            end
        ) as passing
    from `tickets` as related_rows
    where
        not related_rows.customer_id is null
        and (
            related_rows.opened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        related_rows.customer_id
), fact_tickets_share_16f52b87 as (
    select
        related_rows.customer_id as entity_key,
        count(*) as total,
        sum(case when related_rows.status = 'closed' then 1 else 0 end) as passing
    from `tickets` as related_rows
    where
        not related_rows.customer_id is null
        and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        related_rows.customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tickets_any_eabd521f
        on fact_tickets_any_eabd521f.entity_key = customers.customer_id
    left join fact_tickets_all_26cf8e85
        on fact_tickets_all_26cf8e85.entity_key = customers.customer_id
    left join fact_tickets_share_16f52b87
        on fact_tickets_share_16f52b87.entity_key = customers.customer_id
    where
        not fact_tickets_any_eabd521f.entity_key is null
        and (
            fact_tickets_all_26cf8e85.passing = fact_tickets_all_26cf8e85.total
            or fact_tickets_all_26cf8e85.total is null
        )
        and round(
            cast(fact_tickets_share_16f52b87.passing as bignumeric) / nullif(cast(fact_tickets_share_16f52b87.total as bignumeric), 0),
            9
        ) >= 0.5
)
select
    *
from final;

