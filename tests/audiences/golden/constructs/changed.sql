-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_tier_changed_796dad29 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            tier as value_after,
            lag(tier) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00' as timestamp)
            and changed_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and value_before = 'gold'
        and value_after = 'silver'
    group by
        entity_key
), fact_score_changed_f4fbf9d9 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_after as decimal(28, 0)) - cast(value_before as decimal(28, 0)) >= abs(cast(value_before as decimal(28, 0))) * 0.25
    group by
        entity_key
), fact_score_changed_4f013d16 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_before as decimal(28, 0)) - cast(value_after as decimal(28, 0)) >= 3
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tier_changed_796dad29
        on fact_tier_changed_796dad29.entity_key = customers.customer_id
    left join fact_score_changed_f4fbf9d9
        on fact_score_changed_f4fbf9d9.entity_key = customers.customer_id
    left join fact_score_changed_4f013d16
        on fact_score_changed_4f013d16.entity_key = customers.customer_id
    where
        not fact_tier_changed_796dad29.entity_key is null
        and not fact_score_changed_f4fbf9d9.entity_key is null
        and not fact_score_changed_4f013d16.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_tier_changed_796dad29 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            tier as value_after,
            lag(tier) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00' as timestamp)
            and changed_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and value_before = 'gold'
        and value_after = 'silver'
    group by
        entity_key
), fact_score_changed_f4fbf9d9 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_after as decimal(28, 0)) - cast(value_before as decimal(28, 0)) >= abs(cast(value_before as decimal(28, 0))) * 0.25
    group by
        entity_key
), fact_score_changed_4f013d16 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by seen_from asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_before as decimal(28, 0)) - cast(value_after as decimal(28, 0)) >= 3
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_tier_changed_796dad29
        on fact_tier_changed_796dad29.entity_key = customers.customer_id
    left join fact_score_changed_f4fbf9d9
        on fact_score_changed_f4fbf9d9.entity_key = customers.customer_id
    left join fact_score_changed_4f013d16
        on fact_score_changed_4f013d16.entity_key = customers.customer_id
    where
        not fact_tier_changed_796dad29.entity_key is null
        and not fact_score_changed_f4fbf9d9.entity_key is null
        and not fact_score_changed_4f013d16.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_tier_changed_a289ad53 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            tier as value_after,
            lag(tier) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and changed_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and value_before = 'gold'
        and value_after = 'silver'
    group by
        entity_key
), fact_score_changed_ad44397d as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_after as decimal(28, 0)) - cast(value_before as decimal(28, 0)) >= abs(cast(value_before as decimal(28, 0))) * 0.25
    group by
        entity_key
), fact_score_changed_f3931d56 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_before as decimal(28, 0)) - cast(value_after as decimal(28, 0)) >= 3
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tier_changed_a289ad53
        on fact_tier_changed_a289ad53.entity_key = customers.customer_id
    left join fact_score_changed_ad44397d
        on fact_score_changed_ad44397d.entity_key = customers.customer_id
    left join fact_score_changed_f3931d56
        on fact_score_changed_f3931d56.entity_key = customers.customer_id
    where
        not fact_tier_changed_a289ad53.entity_key is null
        and not fact_score_changed_ad44397d.entity_key is null
        and not fact_score_changed_f3931d56.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_tier_changed_cac7e42c as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            tier as value_after,
            lag(tier) over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestampntz)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00' as timestampntz)
            and changed_at < cast('2026-01-10 12:00:00' as timestampntz)
        )
        and value_before = 'gold'
        and value_after = 'silver'
    group by
        entity_key
), fact_score_changed_dadacb9b as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestampntz)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_after as decimal(28, 0)) - cast(value_before as decimal(28, 0)) >= abs(cast(value_before as decimal(28, 0))) * 0.25
    group by
        entity_key
), fact_score_changed_085a3bc8 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as value_before,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', seen_from) asc nulls first, version_id asc nulls first
            ) as place
        from "customer_versions"
        where
            seen_from < cast('2026-01-10 12:00:00' as timestampntz)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_before as decimal(28, 0)) - cast(value_after as decimal(28, 0)) >= 3
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_tier_changed_cac7e42c
        on fact_tier_changed_cac7e42c.entity_key = customers.customer_id
    left join fact_score_changed_dadacb9b
        on fact_score_changed_dadacb9b.entity_key = customers.customer_id
    left join fact_score_changed_085a3bc8
        on fact_score_changed_085a3bc8.entity_key = customers.customer_id
    where
        not fact_tier_changed_cac7e42c.entity_key is null
        and not fact_score_changed_dadacb9b.entity_key is null
        and not fact_score_changed_085a3bc8.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_tier_changed_a289ad53 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            tier as value_after,
            lag(tier) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
            and changed_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
        and value_before = 'gold'
        and value_after = 'silver'
    group by
        entity_key
), fact_score_changed_ad44397d as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_after as numeric) - cast(value_before as numeric) >= abs(cast(value_before as numeric)) * 0.25
    group by
        entity_key
), fact_score_changed_f3931d56 as (
    select
        entity_key
    from (
        select
            customer_id as entity_key,
            seen_from as changed_at,
            score as value_after,
            lag(score) over (partition by customer_id order by seen_from asc, version_id asc) as value_before,
            row_number() over (partition by customer_id order by seen_from asc, version_id asc) as place
        from `customer_versions`
        where
            seen_from < cast('2026-01-10 12:00:00+00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and cast(value_before as numeric) - cast(value_after as numeric) >= 3
    group by
        entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_tier_changed_a289ad53
        on fact_tier_changed_a289ad53.entity_key = customers.customer_id
    left join fact_score_changed_ad44397d
        on fact_score_changed_ad44397d.entity_key = customers.customer_id
    left join fact_score_changed_f3931d56
        on fact_score_changed_f3931d56.entity_key = customers.customer_id
    where
        not fact_tier_changed_a289ad53.entity_key is null
        and not fact_score_changed_ad44397d.entity_key is null
        and not fact_score_changed_f3931d56.entity_key is null
)
select
    *
from final;

