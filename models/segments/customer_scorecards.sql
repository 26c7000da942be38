{%- set traits_by_kind = var('cdp_scorecard_traits') -%}

with

traits as (

    select * from {{ ref('customer_traits') }}

),

scorecards as (

    select * from {{ ref('scorecards') }}

),

cards as (

    select
        kind,
        card,
        sum(points) as all_points,
        row_number() over (order by kind, card) as card_number

    from scorecards

    group by
        kind,
        card

),

-- A threshold is a number only where it is compared as one.
rules as (

    select
        cards.card_number,
        scorecards.trait,
        scorecards.comparison,
        scorecards.threshold,
        case
            when scorecards.comparison in ('at_least', 'below')
                then {{ cdp_activate.cast_as(
                    'scorecards.threshold', 'numeric(18, 6)'
                ) }}
        end as threshold_number,
        scorecards.points

    from scorecards

    inner join cards
        on
            scorecards.kind = cards.kind
            and scorecards.card = cards.card

),

-- The points of the rules that hold, one branch a trait: those that no rule names
-- cost nothing. Whoever meets no rule of a card has no row: those of 0 points would
-- be as many as all others.
given as (
    {% for trait in traits_by_kind['text'] %}
    select
        traits.customer_id,
        rules.card_number,
        rules.points

    from traits

    inner join rules
        on rules.trait = '{{ trait }}'

    where
        case rules.comparison
            when 'is' then traits.{{ trait }} = rules.threshold
            when 'is_not' then coalesce(traits.{{ trait }} <> rules.threshold, true)
            when 'is_given' then traits.{{ trait }} is not null
            when 'is_missing' then traits.{{ trait }} is null
        end

    union all
    {% endfor %}
    {%- for trait in traits_by_kind['number'] %}
    select
        traits.customer_id,
        rules.card_number,
        rules.points

    from traits

    inner join rules
        on rules.trait = '{{ trait }}'

    where
        case rules.comparison
            when 'at_least' then traits.{{ trait }} >= rules.threshold_number
            when 'below' then traits.{{ trait }} < rules.threshold_number
            when 'is_given' then traits.{{ trait }} is not null
            when 'is_missing' then traits.{{ trait }} is null
        end

    {%- if not loop.last %}

    union all
    {% endif %}
    {%- endfor %}

),

sums as (

    select
        customer_id,
        card_number,
        sum(points) as points

    from given

    group by
        customer_id,
        card_number

),

final as (

    select
        ---------- ids
        sums.customer_id,

        ---------- text
        cards.kind,
        cards.card,

        ---------- numerics
        {{ cdp_activate.cast_as('sums.points', 'numeric(18, 2)') }} as points,
        {{ cdp_activate.cast_as(
            '100.0 * sums.points / nullif(cards.all_points, 0)', 'numeric(18, 2)'
        ) }}
            as score

    from sums

    inner join cards
        on sums.card_number = cards.card_number

)

select * from final
