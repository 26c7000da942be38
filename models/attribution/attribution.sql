{%- set double = cdp_activate.type_double() -%}
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

sums as (

    select
        channel,
        {%- for model in heuristics %}
        sum({{ model }}_conversions) as {{ model }}_conversions,
        sum({{ model }}_value) as {{ model }}_value
        {%- if not loop.last %},{% endif %}
        {%- endfor %}

    from {{ ref('attribution_credits') }}

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
        case when spend.currency_count <= 1 then {{ cdp_activate.cast_as(
            'spend.spend', 'numeric(18, 2)'
        ) }} end
            as spend,
        case
            when spend.currency_count <= 1
                then
                    cast(spend.spend as {{ double }})
                    / nullif(cast(attributed.conversions as {{ double }}), 0)
        end as cost_per_conversion,
        case
            when spend.currency_count <= 1
                then
                    cast(attributed.conversion_value as {{ double }})
                    / nullif(cast(spend.spend as {{ double }}), 0)
        end as return_on_spend

    from attributed

    left join spend
        on attributed.channel = spend.channel

)

select * from final
