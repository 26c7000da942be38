-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        (
            cast((
                total // counted
            ) * 1000000000 + (
                (
                    total % counted
                ) * 2000000000 + sign(total) * counted
            ) // (
                2 * counted
            ) as decimal(38, 0)) * 0.000000001
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * cast(100 as decimal(38, 0))
            ) as int128) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as int128) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    where
        fact_order_placed_avg_b452e0de.measured >= 99.5
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        round(round(total, 40) / counted, 9) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * 100
            ) as decimal) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    where
        fact_order_placed_avg_b452e0de.measured >= 99.5
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_avg_04358b67 as (
    select
        entity_key,
        (
            cast((
                total - total % counted
            ) / counted as decimal(27, 0)) + case when total < 0 then -1 else 1 end * cast((
                (
                    abs(total % counted) * 2000000000 + counted
                ) - (
                    abs(total % counted) * 2000000000 + counted
                ) % (
                    2 * counted
                )
            ) / (
                2 * counted
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * cast(100 as decimal(38, 0))
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal(38, 0)) as counted
        from `orders`
        where
            ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_avg_04358b67
        on fact_order_placed_avg_04358b67.entity_key = customers.customer_id
    where
        fact_order_placed_avg_04358b67.measured >= 99.5
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_avg_b452e0de as (
    select
        entity_key,
        (
            (
                total - total % counted
            ) / counted + sign(total) * (
                (
                    abs(total % counted) * 2000000000 + counted
                ) - (
                    abs(total % counted) * 2000000000 + counted
                ) % (
                    2 * counted
                )
            ) / (
                2 * counted
            ) * 0.000000001
        ) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                sum(amount) * 100
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as decimal(38, 0)) as counted
        from "orders"
        where
            ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_avg_b452e0de
        on fact_order_placed_avg_b452e0de.entity_key = customers.customer_id
    where
        fact_order_placed_avg_b452e0de.measured >= 99.5
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_avg_04358b67 as (
    select
        entity_key,
        round(total / counted, 9) as measured,
        total,
        counted
    from (
        select
            customer_id as entity_key,
            cast((
                cast(sum(cast(amount as bignumeric)) as bignumeric) * 100
            ) as bignumeric) as total,
            cast((
                nullif(count(amount), 0) * 100
            ) as bignumeric) as counted
        from `orders`
        where
            ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        group by
            customer_id
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_avg_04358b67
        on fact_order_placed_avg_04358b67.entity_key = customers.customer_id
    where
        fact_order_placed_avg_04358b67.measured >= 99.5
)
select
    *
from final;

