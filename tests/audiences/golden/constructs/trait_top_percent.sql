-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
        and (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 >= case
            when (
                fact_score_ranking_ce8675a3.total - 1
            ) is null or 1 is null
            then null
            else greatest((
                fact_score_ranking_ce8675a3.total - 1
            ), 1)
        end * 80
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc nulls last, (
            entity_key collate "C"
        )) as from_top,
        row_number() over (order by measured asc, (
            entity_key collate "C"
        )) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc nulls last, (
            entity_key collate "C"
        )) as from_top,
        row_number() over (order by measured asc, (
            entity_key collate "C"
        )) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
        and (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 >= greatest((
            fact_score_ranking_ce8675a3.total - 1
        ), 1) * 80
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key nulls last) as from_top,
        row_number() over (order by measured asc nulls last, entity_key nulls last) as from_bottom,
        rank() over (order by measured asc nulls last) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from `customers` as customers
    ) as known
    where
        not measured is null
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key nulls last) as from_top,
        row_number() over (order by measured asc nulls last, entity_key nulls last) as from_bottom,
        rank() over (order by measured asc nulls last) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from `customers` as customers
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
        and (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 >= greatest((
            fact_score_ranking_ce8675a3.total - 1
        ), 1) * 80
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc nulls last, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc nulls last, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
        and (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 >= greatest((
            fact_score_ranking_ce8675a3.total - 1
        ), 1) * 80
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key nulls last) as from_top,
        row_number() over (order by measured asc nulls last, entity_key nulls last) as from_bottom,
        rank() over (order by measured asc nulls last) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from `customers` as customers
    ) as known
    where
        not measured is null
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key nulls last) as from_top,
        row_number() over (order by measured asc nulls last, entity_key nulls last) as from_bottom,
        rank() over (order by measured asc nulls last) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from `customers` as customers
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
        and (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 >= greatest((
            fact_score_ranking_ce8675a3.total - 1
        ), 1) * 80
)
select
    *
from final;

