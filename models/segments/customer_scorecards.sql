{%- set traits_by_kind = var('cdp_scorecard_traits') -%}

with

traits as (

    select * from {{ ref('customer_traits') }}

),

scorecards as (

    select * from {{ ref('scorecards') }}

),

-- A threshold is a number only where it is compared as one.
rules as (

    select
        kind,
        card,
        trait,
        comparison,
        threshold,
        case
            when comparison in ('at_least', 'below')
                then cast(threshold as numeric(18, 6))
        end as threshold_number,
        points

    from scorecards

),

-- One branch a trait: those that no rule names cost nothing.
compared as (
    {% for trait in traits_by_kind['text'] %}
    select
        traits.customer_id,
        rules.kind,
        rules.card,
        rules.points,
        case rules.comparison
            when 'is' then traits.{{ trait }} = rules.threshold
            when 'is_not' then coalesce(traits.{{ trait }} <> rules.threshold, true)
            when 'is_given' then traits.{{ trait }} is not null
            when 'is_missing' then traits.{{ trait }} is null
        end as holds

    from traits

    inner join rules
        on rules.trait = '{{ trait }}'

    union all
    {% endfor %}
    {%- for trait in traits_by_kind['number'] %}
    select
        traits.customer_id,
        rules.kind,
        rules.card,
        rules.points,
        case rules.comparison
            when 'at_least' then traits.{{ trait }} >= rules.threshold_number
            when 'below' then traits.{{ trait }} < rules.threshold_number
            when 'is_given' then traits.{{ trait }} is not null
            when 'is_missing' then traits.{{ trait }} is null
        end as holds

    from traits

    inner join rules
        on rules.trait = '{{ trait }}'
    {% if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}
),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        kind,
        card,

        ---------- numerics
        cast(sum(case when holds then points else 0 end) as numeric(18, 2))
            as points,
        cast(
            100.0 * sum(case when holds then points else 0 end)
            / nullif(sum(points), 0) as numeric(18, 2)
        ) as score

    from compared

    group by
        customer_id,
        kind,
        card

)

select * from final
