-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) as rank_value,
        case when isnan(customers.ratio) then null else customers.ratio end as rank_per
    from customers
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 10
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) as rank_value,
        case
            when (
                customers.ratio = cast('NaN' as double precision)
            )
            then null
            else customers.ratio
        end as rank_per
    from customers
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
), ranked as (
    select
        customer_id,
        row_number() over (
            partition by rank_per
            order by rank_value desc nulls last, (
                customer_id collate "C"
            )
        ) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as text) as variant
    from ranked
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 10
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_c87a9067 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_c87a9067.measured, 0) as rank_value,
        case when isnan(customers.ratio) then null else customers.ratio end as rank_per
    from customers
    left join fact_order_placed_sum_c87a9067
        on fact_order_placed_sum_c87a9067.entity_key = customers.customer_id
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id nulls last) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as string) as variant
    from ranked
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 10
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_f04b241b as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_f04b241b.measured, 0) as rank_value,
        case
            when (
                customers.ratio = cast('NaN' as double)
            )
            then null
            else customers.ratio
        end as rank_per
    from customers
    left join fact_order_placed_sum_f04b241b
        on fact_order_placed_sum_f04b241b.entity_key = customers.customer_id
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc nulls last, customer_id) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as varchar) as variant
    from ranked
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 10
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_c87a9067 as (
    select
        customer_id as entity_key,
        sum(cast(amount as bignumeric)) as measured
    from `orders`
    where
        ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_c87a9067.measured, 0) as rank_value,
        cast(case when is_nan(customers.ratio) then null else customers.ratio end + 0 as string) as rank_per
    from customers
    left join fact_order_placed_sum_c87a9067
        on fact_order_placed_sum_c87a9067.entity_key = customers.customer_id
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id nulls last) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(null as string) as variant
    from ranked
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 10
)
select
    *
from final;

