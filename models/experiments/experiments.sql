{%- set double = cdp_activate.type_double() -%}

with

variants as (

    select * from {{ ref('experiment_variants') }}

),

totals as (

    select
        experiment,
        min(source) as source,
        min(case when is_control then variant end) as control,
        count(*) as variant_count,
        sum(person_count) as person_count,
        sum(switched_count) as switched_count,
        count(planned_share) as planned_variant_count,
        sum(planned_share) as planned_total,
        min(first_assigned_at) as first_assigned_at,
        max(last_assigned_at) as last_assigned_at

    from variants

    group by experiment

),

-- Shares are of all variants together: plans need not add up to one.
deviations as (

    select
        variants.experiment,
        sum(
            power(
                cast(variants.person_count as {{ double }})
                - cast(totals.person_count as {{ double }})
                * variants.planned_share / totals.planned_total, 2
            )
            / (
                cast(totals.person_count as {{ double }})
                * variants.planned_share / totals.planned_total
            )
        ) as chi_square

    from variants

    inner join totals
        on variants.experiment = totals.experiment

    where
        totals.planned_variant_count = totals.variant_count
        and totals.variant_count > 1
        and variants.planned_share > 0

    group by variants.experiment

),

roots as (

    select
        totals.*,
        totals.variant_count - 1 as degrees,
        deviations.chi_square,
        sqrt(deviations.chi_square) as root

    from totals

    left join deviations
        on totals.experiment = deviations.experiment

),

tails as (

    select
        *,
        2 * {{ cdp_activate.normal_upper_tail('root') }} as two_tails

    from roots

),

probabilities as (

    select
        *,
        {{ cdp_activate.chi_square_upper_tail('chi_square', 'degrees', 'two_tails') }}
            as sample_ratio_p_value

    from tails

),

final as (

    select
        ---------- ids
        experiment,

        ---------- text
        source,
        control,

        ---------- numerics
        variant_count,
        cast(person_count as {{ dbt.type_bigint() }}) as person_count,
        cast(switched_count as {{ dbt.type_bigint() }}) as switched_count,
        {{ cdp_activate.cast_as('chi_square', 'numeric(18, 6)') }} as chi_square,
        {{ cdp_activate.cast_as(
            'sample_ratio_p_value', 'numeric(18, 9)'
        ) }} as sample_ratio_p_value,

        ---------- booleans
        sample_ratio_p_value < {{ var('cdp_sample_ratio_alert') }}
            as has_sample_ratio_mismatch,

        ---------- timestamps
        first_assigned_at,
        last_assigned_at

    from probabilities

)

select * from final
