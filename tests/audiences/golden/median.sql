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
        fact_order_placed_median_285e6fac.measured >= 20
)
select
    *
from final
