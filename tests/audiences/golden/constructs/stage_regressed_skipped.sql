-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_79ce2679 as (
    select
        entity_key,
        stage,
        since,
        came_from,
        stage_rank,
        rank_before
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            stage_rank,
            rank_before,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as came_from,
                case
                    when stage = 'new'
                    then 0
                    when stage = 'active'
                    then 1
                    when stage = 'lost'
                    then 2
                end as stage_rank,
                lag(
                    case
                        when stage = 'new'
                        then 0
                        when stage = 'active'
                        then 1
                        when stage = 'lost'
                        then 2
                    end
                ) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as rank_before
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_ba4c17ba as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'lifecycle'
        and stage in ('new')
        and valid_from < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_stage_lifecycle_79ce2679
        on fact_stage_lifecycle_79ce2679.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_ba4c17ba
        on fact_stage_lifecycle_ever_ba4c17ba.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_79ce2679.stage in ('active')
        and fact_stage_lifecycle_79ce2679.stage_rank < fact_stage_lifecycle_79ce2679.rank_before
        and not not fact_stage_lifecycle_ever_ba4c17ba.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_79ce2679 as (
    select
        entity_key,
        stage,
        since,
        came_from,
        stage_rank,
        rank_before
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            stage_rank,
            rank_before,
            row_number() over (
                partition by entity_key
                order by since desc nulls last, stage_order desc nulls last
            ) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as came_from,
                case
                    when stage = 'new'
                    then 0
                    when stage = 'active'
                    then 1
                    when stage = 'lost'
                    then 2
                end as stage_rank,
                lag(
                    case
                        when stage = 'new'
                        then 0
                        when stage = 'active'
                        then 1
                        when stage = 'lost'
                        then 2
                    end
                ) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as rank_before
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_ba4c17ba as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'lifecycle'
        and stage in ('new')
        and valid_from < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_stage_lifecycle_79ce2679
        on fact_stage_lifecycle_79ce2679.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_ba4c17ba
        on fact_stage_lifecycle_ever_ba4c17ba.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_79ce2679.stage in ('active')
        and fact_stage_lifecycle_79ce2679.stage_rank < fact_stage_lifecycle_79ce2679.rank_before
        and not not fact_stage_lifecycle_ever_ba4c17ba.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_stage_lifecycle_d34c5730 as (
    select
        entity_key,
        stage,
        since,
        came_from,
        stage_rank,
        rank_before
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            stage_rank,
            rank_before,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (partition by customer_id order by valid_from asc, stage_id asc) as came_from,
                case
                    when stage = 'new'
                    then 0
                    when stage = 'active'
                    then 1
                    when stage = 'lost'
                    then 2
                end as stage_rank,
                lag(
                    case
                        when stage = 'new'
                        then 0
                        when stage = 'active'
                        then 1
                        when stage = 'lost'
                        then 2
                    end
                ) over (partition by customer_id order by valid_from asc, stage_id asc) as rank_before
            from `stages`
            where
                track = 'lifecycle'
                and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_659dc3b6 as (
    select
        customer_id as entity_key
    from `stages`
    where
        track = 'lifecycle'
        and stage in ('new')
        and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_stage_lifecycle_d34c5730
        on fact_stage_lifecycle_d34c5730.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_659dc3b6
        on fact_stage_lifecycle_ever_659dc3b6.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_d34c5730.stage in ('active')
        and fact_stage_lifecycle_d34c5730.stage_rank < fact_stage_lifecycle_d34c5730.rank_before
        and not not fact_stage_lifecycle_ever_659dc3b6.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_f376b3b3 as (
    select
        entity_key,
        stage,
        since,
        came_from,
        stage_rank,
        rank_before
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            stage_rank,
            rank_before,
            row_number() over (
                partition by entity_key
                order by since desc nulls last, stage_order desc nulls last
            ) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                date_trunc('MICROSECOND', valid_from) as since,
                stage_id as stage_order,
                lag(stage) over (
                    partition by customer_id
                    order by date_trunc('MICROSECOND', valid_from) asc nulls first, stage_id asc nulls first
                ) as came_from,
                case
                    when stage = 'new'
                    then 0
                    when stage = 'active'
                    then 1
                    when stage = 'lost'
                    then 2
                end as stage_rank,
                lag(
                    case
                        when stage = 'new'
                        then 0
                        when stage = 'active'
                        then 1
                        when stage = 'lost'
                        then 2
                    end
                ) over (
                    partition by customer_id
                    order by date_trunc('MICROSECOND', valid_from) asc nulls first, stage_id asc nulls first
                ) as rank_before
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestampntz)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_ba4c17ba as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'lifecycle'
        and stage in ('new')
        and valid_from < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_stage_lifecycle_f376b3b3
        on fact_stage_lifecycle_f376b3b3.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_ba4c17ba
        on fact_stage_lifecycle_ever_ba4c17ba.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_f376b3b3.stage in ('active')
        and fact_stage_lifecycle_f376b3b3.stage_rank < fact_stage_lifecycle_f376b3b3.rank_before
        and not not fact_stage_lifecycle_ever_ba4c17ba.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_stage_lifecycle_d34c5730 as (
    select
        entity_key,
        stage,
        since,
        came_from,
        stage_rank,
        rank_before
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            stage_rank,
            rank_before,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (partition by customer_id order by valid_from asc, stage_id asc) as came_from,
                case
                    when stage = 'new'
                    then 0
                    when stage = 'active'
                    then 1
                    when stage = 'lost'
                    then 2
                end as stage_rank,
                lag(
                    case
                        when stage = 'new'
                        then 0
                        when stage = 'active'
                        then 1
                        when stage = 'lost'
                        then 2
                    end
                ) over (partition by customer_id order by valid_from asc, stage_id asc) as rank_before
            from `stages`
            where
                track = 'lifecycle'
                and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_659dc3b6 as (
    select
        customer_id as entity_key
    from `stages`
    where
        track = 'lifecycle'
        and stage in ('new')
        and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_stage_lifecycle_d34c5730
        on fact_stage_lifecycle_d34c5730.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_659dc3b6
        on fact_stage_lifecycle_ever_659dc3b6.entity_key = customers.customer_id
    where
        fact_stage_lifecycle_d34c5730.stage in ('active')
        and fact_stage_lifecycle_d34c5730.stage_rank < fact_stage_lifecycle_d34c5730.rank_before
        and not not fact_stage_lifecycle_ever_659dc3b6.entity_key is null
)
select
    *
from final;

