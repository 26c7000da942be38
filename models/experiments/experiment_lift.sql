{%- set double = cdp_activate.type_double() -%}

with

results as (

    select
        experiment,
        variant,
        outcome,
        person_count,
        reached_count,
        total_value,
        cast(person_count as {{ double }}) as people,
        cast(reached_count as {{ double }}) / person_count as rate,
        cast(total_value as {{ double }}) / person_count as mean_value,
        cast(value_variance as {{ double }}) / person_count as mean_variance

    from {{ ref('experiment_results') }}

),

controls as (

    select
        experiment,
        control

    from {{ ref('experiments') }}

    where control is not null

),

pairs as (

    select
        treated.experiment,
        treated.variant,
        controls.control,
        treated.outcome,
        treated.person_count,
        control.person_count as control_person_count,
        treated.rate,
        control.rate as control_rate,
        treated.rate - control.rate as rate_difference,
        -- Where nobody or all of both reached it, nothing is known of the error.
        nullif(
            sqrt(
                treated.rate * (1 - treated.rate) / treated.people
                + control.rate * (1 - control.rate) / control.people
            ), 0
        ) as rate_error,
        (treated.rate * treated.people + control.rate * control.people)
        / (treated.people + control.people) as pooled_rate,
        1 / treated.people + 1 / control.people as inverse_people,
        treated.mean_value,
        control.mean_value as control_mean_value,
        treated.mean_value - control.mean_value as value_difference,
        treated.mean_variance + control.mean_variance as squared_value_error,
        -- Welch and Satterthwaite.
        power(treated.mean_variance + control.mean_variance, 2)
        / nullif(
            power(treated.mean_variance, 2) / nullif(treated.people - 1, 0)
            + power(control.mean_variance, 2) / nullif(control.people - 1, 0), 0
        ) as degrees

    from results as treated

    inner join controls
        on treated.experiment = controls.experiment

    inner join results as control
        on
            treated.experiment = control.experiment
            and treated.outcome = control.outcome
            and controls.control = control.variant

    where treated.variant <> controls.control

),

errors as (

    select
        *,
        sqrt(pooled_rate * (1 - pooled_rate) * inverse_people) as pooled_error,
        sqrt(squared_value_error) as value_error,
        {{ cdp_activate.confidence_t('degrees') }} as value_quantile

    from pairs

),

statistics as (

    select
        *,
        abs(rate_difference) / nullif(pooled_error, 0) as rate_z,
        -- Wallace's normal deviate with nearly the same tail as Student's t.
        (8 * degrees + 1) / (8 * degrees + 3) * sqrt(
            degrees * ln(
                1 + power(value_difference / nullif(value_error, 0), 2) / degrees
            )
        ) as value_z

    from errors

),

final as (

    select
        ---------- ids
        experiment,
        variant,
        outcome,

        ---------- text
        control,

        ---------- numerics
        person_count,
        control_person_count,
        {{ cdp_activate.cast_as('rate', 'numeric(18, 8)') }} as reached_rate,
        {{ cdp_activate.cast_as(
            'control_rate', 'numeric(18, 8)'
        ) }} as control_reached_rate,
        {{ cdp_activate.cast_as(
            'rate_difference', 'numeric(18, 8)'
        ) }} as rate_difference,
        {{ cdp_activate.cast_as(
            'rate_difference - ' ~ cdp_activate.confidence_z() ~ ' * rate_error',
            'numeric(18, 8)'
        ) }} as rate_difference_from,
        {{ cdp_activate.cast_as(
            'rate_difference + ' ~ cdp_activate.confidence_z() ~ ' * rate_error',
            'numeric(18, 8)'
        ) }} as rate_difference_to,
        {{ cdp_activate.cast_as(
            'rate_difference / nullif(control_rate, 0)', 'numeric(18, 6)'
        ) }}
            as relative_lift,
        {{ cdp_activate.cast_as(
            '2 * ' ~ cdp_activate.normal_upper_tail('rate_z'), 'numeric(18, 9)'
        ) }} as rate_p_value,
        {{ cdp_activate.cast_as('mean_value', 'numeric(18, 6)') }} as mean_value,
        {{ cdp_activate.cast_as(
            'control_mean_value', 'numeric(18, 6)'
        ) }} as control_mean_value,
        {{ cdp_activate.cast_as(
            'value_difference', 'numeric(18, 6)'
        ) }} as value_difference,
        {{ cdp_activate.cast_as(
            'value_difference - value_quantile * value_error', 'numeric(18, 6)'
        ) }}
            as value_difference_from,
        {{ cdp_activate.cast_as(
            'value_difference + value_quantile * value_error', 'numeric(18, 6)'
        ) }}
            as value_difference_to,
        {{ cdp_activate.cast_as(
            '2 * ' ~ cdp_activate.normal_upper_tail('value_z'), 'numeric(18, 9)'
        ) }} as value_p_value

    from statistics

)

select * from final
