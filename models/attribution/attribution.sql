{%- set double = cdp_activate.type_double() -%}
{%- set first_share = var('cdp_attribution_first_share') -%}
{%- set last_share = var('cdp_attribution_last_share') -%}
{%- set heuristics = [
    'first_touch', 'last_touch', 'linear', 'position_based', 'time_decay',
] -%}

with

touches as (

    select * from {{ ref('attribution_touches') }}

),

paths as (

    select * from {{ ref('attribution_paths') }}

),

removal_effects as (

    select * from {{ ref('attribution_removal_effects') }}

),

spend as (

    select
        coalesce(source, channel) as channel,
        sum(amount) as spend,
        count(distinct currency) as currency_count

    from {{ ref('marketing_spend') }}

    group by coalesce(source, channel)

),

-- Where no time is known, a step is a day.
converted_touches as (

    select
        touches.path_id,
        touches.channel,
        touches.step,
        paths.touch_count,
        paths.conversions,
        paths.conversion_value,
        power(
            cast(0.5 as {{ double }}),
            coalesce(
                {{ cdp_activate.time_between(
                    'touches.occurred_at', 'paths.converted_at', 'second'
                ) }} / 86400.0,
                paths.touch_count - touches.step
            ) / {{ var('cdp_attribution_half_life_days') }}
        ) as freshness

    from touches

    inner join paths
        on touches.path_id = paths.path_id

    where paths.conversions > 0

),

credits as (

    select
        channel,
        conversions,
        conversion_value,
        case when step = 1 then 1.0 else 0.0 end as first_touch,
        case when step = touch_count then 1.0 else 0.0 end as last_touch,
        cast(1 as {{ double }}) / touch_count as linear,
        case
            when touch_count = 1 then 1.0
            when touch_count = 2 and step = 1
                then {{ first_share }} * 1.0 / ({{ first_share }} + {{ last_share }})
            when touch_count = 2
                then {{ last_share }} * 1.0 / ({{ first_share }} + {{ last_share }})
            when step = 1 then {{ first_share }}
            when step = touch_count then {{ last_share }}
            else
                cast(1 - {{ first_share }} - {{ last_share }} as {{ double }})
                / (touch_count - 2)
        end as position_based,
        freshness / sum(freshness) over (partition by path_id) as time_decay

    from converted_touches

),

sums as (

    select
        channel,
        {%- for model in heuristics %}
        sum(conversions * {{ model }}) as {{ model }}_conversions,
        sum(conversion_value * {{ model }}) as {{ model }}_value
        {%- if not loop.last %},{% endif %}
        {%- endfor %}

    from credits

    group by channel

),

totals as (

    select
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value

    from paths

),

-- A channel that never led to a conversion has a row as well.
channels as (

    select distinct channel

    from touches

),

attributed as (

    {% for model in heuristics -%}
    select
        '{{ model }}' as model,
        channels.channel,
        coalesce(sums.{{ model }}_conversions, 0) as conversions,
        coalesce(sums.{{ model }}_value, 0) as conversion_value

    from channels

    left join sums
        on channels.channel = sums.channel

    union all

    {% endfor -%}
    select
        'markov' as model,
        removal_effects.channel,
        coalesce(removal_effects.share * totals.conversions, 0) as conversions,
        coalesce(removal_effects.share * totals.conversion_value, 0)
            as conversion_value

    from removal_effects

    cross join totals

),

final as (

    select
        ---------- text
        attributed.model,
        attributed.channel,

        ---------- numerics
        cast(attributed.conversions as {{ double }}) as conversions,
        cast(attributed.conversion_value as {{ double }}) as conversion_value,
        case when spend.currency_count = 1 then cast(spend.spend as numeric(18, 2)) end
            as spend,
        case
            when spend.currency_count = 1
                then
                    cast(spend.spend as {{ double }})
                    / nullif(cast(attributed.conversions as {{ double }}), 0)
        end as cost_per_conversion,
        case
            when spend.currency_count = 1
                then
                    cast(attributed.conversion_value as {{ double }})
                    / nullif(cast(spend.spend as {{ double }}), 0)
        end as return_on_spend

    from attributed

    left join spend
        on attributed.channel = spend.channel

)

select * from final
