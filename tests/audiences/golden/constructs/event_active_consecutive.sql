-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_5767e9fb as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        date_diff('DAY', cast('1970-01-05' as date), cast(happened_at at time zone 'UTC' as date)) as period
                    from "web_events"
                    where
                        event_name = 'viewed'
                        and (
                            happened_at >= cast('2026-01-03 00:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-11 00:00:00+00:00' as timestamptz)
                        )
                        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_viewed_active_5767e9fb
        on fact_viewed_active_5767e9fb.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_5767e9fb.measured, 0) >= 3
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_5767e9fb as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        (
                            cast(happened_at at time zone 'UTC' as date) - cast('1970-01-05' as date)
                        ) as period
                    from "web_events"
                    where
                        event_name = 'viewed'
                        and (
                            happened_at >= cast('2026-01-03 00:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-11 00:00:00+00:00' as timestamptz)
                        )
                        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_viewed_active_5767e9fb
        on fact_viewed_active_5767e9fb.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_5767e9fb.measured, 0) >= 3
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_viewed_active_5767e9fb as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period nulls last) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        datediff(
                            cast(convert_timezone('UTC', cast(happened_at as timestamp_ntz)) as date),
                            cast('1970-01-05' as date)
                        ) as period
                    from `web_events`
                    where
                        event_name = 'viewed'
                        and (
                            happened_at >= cast('2026-01-03 00:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-11 00:00:00+00:00' as timestamp)
                        )
                        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_viewed_active_5767e9fb
        on fact_viewed_active_5767e9fb.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_5767e9fb.measured, 0) >= 3
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_viewed_active_5767e9fb as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        datediff(
                            day,
                            cast('1970-01-05' as date),
                            cast(cast(convert_timezone('UTC', happened_at) as timestampntz) as date)
                        ) as period
                    from "web_events"
                    where
                        event_name = 'viewed'
                        and (
                            happened_at >= cast('2026-01-03 00:00:00+00:00' as timestamptz)
                            and happened_at < cast('2026-01-11 00:00:00+00:00' as timestamptz)
                        )
                        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamptz)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_viewed_active_5767e9fb
        on fact_viewed_active_5767e9fb.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_5767e9fb.measured, 0) >= 3
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_viewed_active_5767e9fb as (
    select
        entity_key,
        max(periods) as measured
    from (
        select
            entity_key,
            count(*) as periods
        from (
            select
                entity_key,
                period - row_number() over (partition by entity_key order by period nulls last) as streak
            from (
                select distinct
                    entity_key,
                    period
                from (
                    select
                        customer_id as entity_key,
                        date_diff(cast(datetime(happened_at, 'UTC') as date), cast('1970-01-05' as date), day) as period
                    from `web_events`
                    where
                        event_name = 'viewed'
                        and (
                            happened_at >= cast('2026-01-03 00:00:00+00:00' as timestamp)
                            and happened_at < cast('2026-01-11 00:00:00+00:00' as timestamp)
                        )
                        and happened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                ) as happened
            ) as periods
            where
                not period is null
        ) as streaks
        group by
            entity_key,
            streak
    ) as lengths
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_viewed_active_5767e9fb
        on fact_viewed_active_5767e9fb.entity_key = customers.customer_id
    where
        coalesce(fact_viewed_active_5767e9fb.measured, 0) >= 3
)
select
    *
from final;

