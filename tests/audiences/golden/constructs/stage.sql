-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_a7e40103 as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
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
                ) as came_from
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_support_ever_6ecb12aa as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'support'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_stage_lifecycle_a7e40103
        on fact_stage_lifecycle_a7e40103.entity_key = customers.customer_id
    left join fact_stage_support_ever_6ecb12aa
        on fact_stage_support_ever_6ecb12aa.entity_key = customers.customer_id
    where
        (
            fact_stage_lifecycle_a7e40103.stage in ('active', 'new')
            and fact_stage_lifecycle_a7e40103.since >= cast('2026-01-03 12:00:00' as timestamp)
            and fact_stage_lifecycle_a7e40103.came_from in ('lost')
        )
        and not fact_stage_support_ever_6ecb12aa.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_a7e40103 as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
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
                ) as came_from
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_support_ever_6ecb12aa as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'support'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_stage_lifecycle_a7e40103
        on fact_stage_lifecycle_a7e40103.entity_key = customers.customer_id
    left join fact_stage_support_ever_6ecb12aa
        on fact_stage_support_ever_6ecb12aa.entity_key = customers.customer_id
    where
        (
            fact_stage_lifecycle_a7e40103.stage in ('active', 'new')
            and fact_stage_lifecycle_a7e40103.since >= cast('2026-01-03 12:00:00' as timestamp)
            and fact_stage_lifecycle_a7e40103.came_from in ('lost')
        )
        and not fact_stage_support_ever_6ecb12aa.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_stage_lifecycle_ed8d1027 as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (partition by customer_id order by valid_from asc, stage_id asc) as came_from
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
), fact_stage_support_ever_ea2f04f7 as (
    select
        customer_id as entity_key
    from `stages`
    where
        track = 'support'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_stage_lifecycle_ed8d1027
        on fact_stage_lifecycle_ed8d1027.entity_key = customers.customer_id
    left join fact_stage_support_ever_ea2f04f7
        on fact_stage_support_ever_ea2f04f7.entity_key = customers.customer_id
    where
        (
            fact_stage_lifecycle_ed8d1027.stage in ('active', 'new')
            and fact_stage_lifecycle_ed8d1027.since >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and fact_stage_lifecycle_ed8d1027.came_from in ('lost')
        )
        and not fact_stage_support_ever_ea2f04f7.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_stage_lifecycle_42447e3f as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
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
                ) as came_from
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestampntz)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_support_ever_6ecb12aa as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'support'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_stage_lifecycle_42447e3f
        on fact_stage_lifecycle_42447e3f.entity_key = customers.customer_id
    left join fact_stage_support_ever_6ecb12aa
        on fact_stage_support_ever_6ecb12aa.entity_key = customers.customer_id
    where
        (
            fact_stage_lifecycle_42447e3f.stage in ('active', 'new')
            and fact_stage_lifecycle_42447e3f.since >= cast('2026-01-03 12:00:00' as timestampntz)
            and fact_stage_lifecycle_42447e3f.came_from in ('lost')
        )
        and not fact_stage_support_ever_6ecb12aa.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_stage_lifecycle_ed8d1027 as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (partition by customer_id order by valid_from asc, stage_id asc) as came_from
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
), fact_stage_support_ever_ea2f04f7 as (
    select
        customer_id as entity_key
    from `stages`
    where
        track = 'support'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_stage_lifecycle_ed8d1027
        on fact_stage_lifecycle_ed8d1027.entity_key = customers.customer_id
    left join fact_stage_support_ever_ea2f04f7
        on fact_stage_support_ever_ea2f04f7.entity_key = customers.customer_id
    where
        (
            fact_stage_lifecycle_ed8d1027.stage in ('active', 'new')
            and fact_stage_lifecycle_ed8d1027.since >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and fact_stage_lifecycle_ed8d1027.came_from in ('lost')
        )
        and not fact_stage_support_ever_ea2f04f7.entity_key is null
)
select
    *
from final;

