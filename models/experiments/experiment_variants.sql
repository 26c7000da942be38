with

people as (

    select * from {{ ref('experiment_people') }}

),

plans as (

    {{ cdp_activate.experiment_plans() }}

),

counts as (

    select
        experiment,
        variant,
        min(source) as source,
        count(*) as person_count,
        cast(sum(case when has_switched then 1 else 0 end) as {{ dbt.type_bigint() }})
            as switched_count,
        min(assigned_at) as first_assigned_at,
        max(assigned_at) as last_assigned_at

    from people

    group by
        experiment,
        variant

),

sources as (

    select
        experiment,
        min(source) as source

    from counts

    group by experiment

),

-- Those that nobody got, though the plan says so, are where people are missing.
variants as (

    select * from counts

    union all

    select
        plans.experiment,
        plans.variant,
        sources.source,
        0 as person_count,
        0 as switched_count,
        cast(null as {{ dbt.type_timestamp() }}) as first_assigned_at,
        cast(null as {{ dbt.type_timestamp() }}) as last_assigned_at

    from plans

    inner join sources
        on plans.experiment = sources.experiment

    left join counts
        on
            plans.experiment = counts.experiment
            and plans.variant = counts.variant

    where
        counts.variant is null
        and coalesce(plans.planned_share, 1) > 0

),

planned_experiments as (

    select
        experiment,
        max(case when is_control then 1 else 0 end) as names_control,
        count(planned_share) as share_count

    from plans

    group by experiment

),

named as (

    select
        variants.*,
        plans.planned_share,
        case
            when planned_experiments.names_control = 1
                then coalesce(plans.is_control, false)
            else
                {{ cdp_activate.word('variants.variant') }} in ({{
                    "'" ~ var('cdp_control_variants') | join("', '") | lower ~ "'"
                }})
        end as is_control,
        -- Without a plan, variants that were assigned are taken to be of one size.
        -- What an audience holds out is hardly ever half.
        coalesce(planned_experiments.share_count, 0) = 0
        and variants.source = 'input' as has_equal_shares,
        count(*) over (partition by variants.experiment) as variant_count,
        sum(variants.person_count) over (partition by variants.experiment)
            as experiment_person_count

    from variants

    left join plans
        on
            variants.experiment = plans.experiment
            and variants.variant = plans.variant

    left join planned_experiments
        on variants.experiment = planned_experiments.experiment

),

final as (

    select
        ---------- ids
        experiment,
        variant,

        ---------- text
        source,

        ---------- numerics
        cast(person_count as {{ dbt.type_bigint() }}) as person_count,
        switched_count,
        {{ cdp_activate.cast_as(
            'person_count * 1.0 / experiment_person_count', 'numeric(18, 6)'
        ) }}
            as actual_share,
        {{ cdp_activate.cast_as(
            'case when has_equal_shares then 1.0 / variant_count else '
            ~ 'planned_share end',
            'numeric(18, 6)'
        ) }} as planned_share,

        ---------- booleans
        is_control,

        ---------- timestamps
        first_assigned_at,
        last_assigned_at

    from named

)

select * from final
