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
        counts.*,
        plans.planned_share,
        case
            when planned_experiments.names_control = 1
                then coalesce(plans.is_control, false)
            else
                {{ cdp_activate.word('counts.variant') }} in ({{
                    "'" ~ var('cdp_control_variants') | join("', '") | lower ~ "'"
                }})
        end as is_control,
        -- Without a plan, variants that were assigned are taken to be of one size.
        -- What an audience holds out is hardly ever half.
        coalesce(planned_experiments.share_count, 0) = 0
        and counts.source = 'input' as has_equal_shares,
        count(*) over (partition by counts.experiment) as variant_count,
        sum(counts.person_count) over (partition by counts.experiment)
            as experiment_person_count

    from counts

    left join plans
        on
            counts.experiment = plans.experiment
            and counts.variant = plans.variant

    left join planned_experiments
        on counts.experiment = planned_experiments.experiment

),

final as (

    select
        ---------- ids
        experiment,
        variant,

        ---------- text
        source,

        ---------- numerics
        person_count,
        switched_count,
        cast(person_count * 1.0 / experiment_person_count as numeric(18, 6))
            as actual_share,
        cast(
            case
                when has_equal_shares then 1.0 / variant_count
                else planned_share
            end as numeric(18, 6)
        ) as planned_share,

        ---------- booleans
        is_control,

        ---------- timestamps
        first_assigned_at,
        last_assigned_at

    from named

)

select * from final
