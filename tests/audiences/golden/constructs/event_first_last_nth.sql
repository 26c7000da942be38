-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_number_1_7faf2b8d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_last_d52b5640 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred desc, ordered_by desc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case when status = 'paid' then 1 else 0 end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_number_3_5e271c71 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_number_1_7faf2b8d
        on fact_order_placed_number_1_7faf2b8d.entity_key = customers.customer_id
    left join fact_order_placed_last_d52b5640
        on fact_order_placed_last_d52b5640.entity_key = customers.customer_id
    left join fact_order_placed_number_3_5e271c71
        on fact_order_placed_number_3_5e271c71.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_7faf2b8d.entity_key is null
        and not fact_order_placed_last_d52b5640.entity_key is null
        and not fact_order_placed_number_3_5e271c71.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_number_1_7faf2b8d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_last_d52b5640 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred desc nulls last, ordered_by desc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case when status = 'paid' then 1 else 0 end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_number_3_5e271c71 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2026-01-03 12:00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_number_1_7faf2b8d
        on fact_order_placed_number_1_7faf2b8d.entity_key = customers.customer_id
    left join fact_order_placed_last_d52b5640
        on fact_order_placed_last_d52b5640.entity_key = customers.customer_id
    left join fact_order_placed_number_3_5e271c71
        on fact_order_placed_number_3_5e271c71.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_7faf2b8d.entity_key is null
        and not fact_order_placed_last_d52b5640.entity_key is null
        and not fact_order_placed_number_3_5e271c71.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_number_1_a8ab60dd as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred asc nulls last, ordered_by asc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_last_403df34d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred desc, ordered_by desc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case when status = 'paid' then 1 else 0 end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_number_3_9a3fd64d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred asc nulls last, ordered_by asc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_number_1_a8ab60dd
        on fact_order_placed_number_1_a8ab60dd.entity_key = customers.customer_id
    left join fact_order_placed_last_403df34d
        on fact_order_placed_last_403df34d.entity_key = customers.customer_id
    left join fact_order_placed_number_3_9a3fd64d
        on fact_order_placed_number_3_9a3fd64d.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_a8ab60dd.entity_key is null
        and not fact_order_placed_last_403df34d.entity_key is null
        and not fact_order_placed_number_3_9a3fd64d.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_number_1_7faf2b8d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2025-12-11 12:00:00' as timestampntz)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_last_d52b5640 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred desc nulls last, ordered_by desc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case when status = 'paid' then 1 else 0 end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_number_3_5e271c71 as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred asc, ordered_by asc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2026-01-03 12:00:00' as timestampntz)
                    and ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
                    then 1
                    else 0
                end as passes
            from "orders"
            where
                ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_number_1_7faf2b8d
        on fact_order_placed_number_1_7faf2b8d.entity_key = customers.customer_id
    left join fact_order_placed_last_d52b5640
        on fact_order_placed_last_d52b5640.entity_key = customers.customer_id
    left join fact_order_placed_number_3_5e271c71
        on fact_order_placed_number_3_5e271c71.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_7faf2b8d.entity_key is null
        and not fact_order_placed_last_d52b5640.entity_key is null
        and not fact_order_placed_number_3_5e271c71.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_number_1_a8ab60dd as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred asc nulls last, ordered_by asc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_last_403df34d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (partition by entity_key order by occurred desc, ordered_by desc) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case when status = 'paid' then 1 else 0 end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 1 and place + peers > 1 and passes = 1
    group by
        entity_key
), fact_order_placed_number_3_9a3fd64d as (
    select
        entity_key
    from (
        select
            entity_key,
            passes,
            rank() over (
                partition by entity_key
                order by occurred asc nulls last, ordered_by asc nulls last
            ) as place,
            count(*) over (partition by entity_key, occurred, ordered_by) as peers
        from (
            select
                customer_id as entity_key,
                ordered_at as occurred,
                order_id as ordered_by,
                case
                    when ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                    and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then 1
                    else 0
                end as passes
            from `orders`
            where
                ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as happened
    ) as placed
    where
        place <= 3 and place + peers > 3 and passes = 1
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_number_1_a8ab60dd
        on fact_order_placed_number_1_a8ab60dd.entity_key = customers.customer_id
    left join fact_order_placed_last_403df34d
        on fact_order_placed_last_403df34d.entity_key = customers.customer_id
    left join fact_order_placed_number_3_9a3fd64d
        on fact_order_placed_number_3_9a3fd64d.entity_key = customers.customer_id
    where
        not fact_order_placed_number_1_a8ab60dd.entity_key is null
        and not fact_order_placed_last_403df34d.entity_key is null
        and not fact_order_placed_number_3_9a3fd64d.entity_key is null
)
select
    *
from final;

