{%- set double = cdp_activate.type_double() -%}

with

people as (

    select * from {{ ref('experiment_people') }}

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

outcome_rules as (

    select * from {{ ref('experiment_outcomes') }}

),

outcomes as (

    select
        outcome,
        max(within_days) as within_days

    from outcome_rules

    group by outcome

),

reached as (

    select
        people.experiment,
        people.customer_id,
        outcome_rules.outcome,
        sum(case
            when outcome_rules.counts_value then coalesce(touchpoints.value, 0)
            else 0
        end) as total_value

    from touchpoints

    inner join people
        on
            touchpoints.customer_id = people.customer_id
            and touchpoints.occurred_at >= people.assigned_at

    inner join outcome_rules
        on touchpoints.touchpoint = outcome_rules.touchpoint

    where
        touchpoints.occurred_at
        < {{ cdp_activate.add_time(
            'day', 'outcome_rules.within_days', 'people.assigned_at'
        ) }}

    group by
        people.experiment,
        people.customer_id,
        outcome_rules.outcome

),

person_outcomes as (

    select
        people.experiment,
        people.variant,
        outcomes.outcome,
        {{ cdp_activate.add_time('day', 'outcomes.within_days', 'people.assigned_at') }}
        <= {{ cdp_activate.as_of() }} as is_observed,
        case when reached.customer_id is not null then 1 else 0 end as has_reached,
        cast(coalesce(reached.total_value, 0) as {{ double }}) as total_value

    from people

    cross join outcomes

    left join reached
        on
            people.experiment = reached.experiment
            and people.customer_id = reached.customer_id
            and outcomes.outcome = reached.outcome

),

sums as (

    select
        experiment,
        variant,
        outcome,
        count(*) as person_count,
        sum(case when is_observed then 0 else 1 end) as unobserved_count,
        sum(has_reached) as reached_count,
        sum(total_value) as total_value,
        case
            when count(*) > 1
                then
                    greatest(
                        sum(total_value * total_value)
                        - sum(total_value) * sum(total_value) / count(*), 0
                    ) / (count(*) - 1)
        end as value_variance

    from person_outcomes

    group by
        experiment,
        variant,
        outcome

),

final as (

    select
        ---------- ids
        experiment,
        variant,
        outcome,

        ---------- numerics
        person_count,
        cast(unobserved_count as {{ dbt.type_bigint() }}) as unobserved_count,
        cast(reached_count as {{ dbt.type_bigint() }}) as reached_count,
        {{ cdp_activate.cast_as(
            'cast(reached_count as ' ~ double ~ ') / person_count', 'numeric(18, 8)'
        ) }} as reached_rate,
        {{ cdp_activate.cast_as('total_value', 'numeric(18, 2)') }} as total_value,
        {{ cdp_activate.cast_as(
            'total_value / person_count', 'numeric(18, 6)'
        ) }} as mean_value,
        {{ cdp_activate.cast_as('value_variance', 'numeric(28, 8)') }} as value_variance

    from sums

)

select * from final
