with customers as (
    select
        *
    from "customers"
), fact_list_vip_ids_8dd899e1 as (
    select distinct
        cast(customer_id as varchar) as entity_key
    from "vip_ids"
), audience_other as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_list_vip_ids_8dd899e1
        on fact_list_vip_ids_8dd899e1.entity_key = customers.customer_id
    where
        not fact_list_vip_ids_8dd899e1.entity_key is null
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
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_stage_lifecycle_ever_7bfed42d as (
    select
        customer_id as entity_key
    from "stages"
    where
        track = 'lifecycle'
        and stage in ('lost')
        and valid_from < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_score_changed_ebe131a7 as (
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
            seen_from < cast('2026-01-10 12:00:00' as timestamp)
    ) as versions
    where
        place > 1
        and value_before is distinct from value_after
        and (
            changed_at >= cast('2025-12-11 12:00:00' as timestamp)
            and changed_at < cast('2026-01-10 12:00:00' as timestamp)
        )
        and value_before > 1
        and cast(value_after as decimal(28, 0)) - cast(value_before as decimal(28, 0)) >= abs(cast(value_before as decimal(28, 0))) * 0.25
    group by
        entity_key
), fact_members_other_4d577f58 as (
    select
        entity_key as entity_key,
        max(
            case
                when exited_at < cast('2026-01-10 12:00:00' as timestamp)
                then null
                else entered_at
            end
        ) as since,
        max(
            case when exited_at < cast('2026-01-10 12:00:00' as timestamp) then exited_at end
        ) as last_exit
    from "audience_members"
    where
        audience = 'other' and entered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        entity_key
), fact_experiment_banner_6eb7e70a as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            variant as measured,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', assigned_at) desc nulls last, assignment_id desc nulls last, variant
            ) as place
        from "assignments"
        where
            experiment = 'banner' and assigned_at < cast('2026-01-10 12:00:00' as timestamp)
    ) as assignments
    where
        place = 1
), fact_journey_onboarding_1156b092 as (
    select
        entity_key,
        measured
    from (
        select
            customer_id as entity_key,
            state as measured,
            row_number() over (
                partition by customer_id
                order by date_trunc('MICROSECOND', since) desc nulls last, step desc nulls last, state
            ) as place
        from "journey_states"
        where
            journey = 'onboarding'
            and since < cast('2026-01-10 12:00:00+00:00' as timestamptz)
    ) as assignments
    where
        place = 1
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_stage_lifecycle_f376b3b3
        on fact_stage_lifecycle_f376b3b3.entity_key = customers.customer_id
    left join fact_stage_lifecycle_ever_7bfed42d
        on fact_stage_lifecycle_ever_7bfed42d.entity_key = customers.customer_id
    left join fact_score_changed_ebe131a7
        on fact_score_changed_ebe131a7.entity_key = customers.customer_id
    left join fact_members_other_4d577f58
        on fact_members_other_4d577f58.entity_key = customers.customer_id
    left join fact_experiment_banner_6eb7e70a
        on fact_experiment_banner_6eb7e70a.entity_key = customers.customer_id
    left join fact_journey_onboarding_1156b092
        on fact_journey_onboarding_1156b092.entity_key = customers.customer_id
    left join audience_other
        on audience_other.customer_id = customers.customer_id
    where
        (
            fact_stage_lifecycle_f376b3b3.stage in ('new')
            and fact_stage_lifecycle_f376b3b3.stage_rank < fact_stage_lifecycle_f376b3b3.rank_before
            and not not fact_stage_lifecycle_ever_7bfed42d.entity_key is null
        )
        and not fact_score_changed_ebe131a7.entity_key is null
        and fact_members_other_4d577f58.since >= cast('2025-12-27 12:00:00' as timestamp)
        and not coalesce(
            (
                fact_members_other_4d577f58.since is null
                and fact_members_other_4d577f58.last_exit >= cast('2025-12-11 12:00:00' as timestamp)
            ),
            false
        )
        and (
            not audience_other.customer_id is null
            or not fact_members_other_4d577f58.entity_key is null
        )
        and fact_experiment_banner_6eb7e70a.measured in ('control')
        and fact_journey_onboarding_1156b092.measured in ('active', 'completed')
)
select
    *
from final
