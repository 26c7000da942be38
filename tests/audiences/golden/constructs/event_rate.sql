-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    where
        (
            cast((
                cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128) // nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) * 1000000000 + (
                (
                    cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
                ) * 2000000000 + sign(cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as int128)) * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) // (
                2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as int128), 0)
            ) as decimal(38, 0)) * 0.000000001
        ) >= 0.2
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    where
        round(
            cast(round(cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal), 40) / nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal), 0) as decimal),
            9
        ) >= 0.2
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    where
        (
            cast((
                cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) - cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
            ) / nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0) as decimal(27, 0)) + case
                when cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) < 0
                then -1
                else 1
            end * cast((
                (
                    abs(
                        cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                ) - (
                    abs(
                        cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                ) % (
                    2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                )
            ) / (
                2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) >= 0.2
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from "web_events"
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamptz)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    where
        (
            (
                cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) - cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
            ) / nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0) + sign(cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0))) * (
                (
                    abs(
                        cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                ) - (
                    abs(
                        cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as decimal(38, 0)) % nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                    ) * 2000000000 + nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                ) % (
                    2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
                )
            ) / (
                2 * nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as decimal(38, 0)), 0)
            ) * 0.000000001
        ) >= 0.2
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_clicked_count_b5829dd4 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'clicked'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), fact_viewed_count_2488a8a2 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `web_events`
    where
        event_name = 'viewed'
        and (
            happened_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_clicked_count_b5829dd4
        on fact_clicked_count_b5829dd4.entity_key = customers.customer_id
    left join fact_viewed_count_2488a8a2
        on fact_viewed_count_2488a8a2.entity_key = customers.customer_id
    where
        round(
            cast(coalesce(fact_clicked_count_b5829dd4.measured, 0) as bignumeric) / nullif(cast(coalesce(fact_viewed_count_2488a8a2.measured, 0) as bignumeric), 0),
            9
        ) >= 0.2
)
select
    *
from final;

