-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_median_285e6fac as (
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
            entity_key,
            cast((
                sum(of_row) * cast(100 as decimal(38, 0))
            ) as int128) as total,
            cast((
                nullif(count(of_row), 0) * 100
            ) as int128) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    amount as of_row
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_median_285e6fac
        on fact_order_placed_median_285e6fac.entity_key = customers.customer_id
    where
        fact_order_placed_median_285e6fac.measured < 20
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_median_285e6fac as (
    select
        entity_key,
        round(round(total, 40) / counted, 9) as measured,
        total,
        counted
    from (
        select
            entity_key,
            cast((
                sum(of_row) * 100
            ) as decimal) as total,
            cast((
                nullif(count(of_row), 0) * 100
            ) as decimal) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    amount as of_row
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_median_285e6fac
        on fact_order_placed_median_285e6fac.entity_key = customers.customer_id
    where
        fact_order_placed_median_285e6fac.measured < 20
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_median_194c7825 as (
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
            entity_key,
            cast((
                sum(of_row) * cast(100 as decimal(38, 0))
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(of_row), 0) * 100
            ) as decimal(38, 0)) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row nulls last) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    amount as of_row
                from `orders`
                where
                    ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_median_194c7825
        on fact_order_placed_median_194c7825.entity_key = customers.customer_id
    where
        fact_order_placed_median_194c7825.measured < 20
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_median_285e6fac as (
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
            entity_key,
            cast((
                sum(of_row) * 100
            ) as decimal(38, 0)) as total,
            cast((
                nullif(count(of_row), 0) * 100
            ) as decimal(38, 0)) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    amount as of_row
                from "orders"
                where
                    ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_median_285e6fac
        on fact_order_placed_median_285e6fac.entity_key = customers.customer_id
    where
        fact_order_placed_median_285e6fac.measured < 20
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_median_194c7825 as (
    select
        entity_key,
        round(total / counted, 9) as measured,
        total,
        counted
    from (
        select
            entity_key,
            cast((
                cast(sum(cast(of_row as bignumeric)) as bignumeric) * 100
            ) as bignumeric) as total,
            cast((
                nullif(count(of_row), 0) * 100
            ) as bignumeric) as counted
        from (
            select
                entity_key,
                of_row,
                row_number() over (partition by entity_key order by of_row nulls last) as place,
                count(*) over (partition by entity_key) as among
            from (
                select
                    customer_id as entity_key,
                    amount as of_row
                from `orders`
                where
                    ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
            ) as happened
            where
                not of_row is null
        ) as placed
        where
            2 * place between among and among + 2
        group by
            entity_key
    ) as totals
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_median_194c7825
        on fact_order_placed_median_194c7825.entity_key = customers.customer_id
    where
        fact_order_placed_median_194c7825.measured < 20
)
select
    *
from final;

