-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['visitor_id', 'channel'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.credits_version()) }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.credits_version()
) %}
{%- set double = cdp_activate.type_double() -%}
{%- set first_share = var('cdp_attribution_first_share') -%}
{%- set last_share = var('cdp_attribution_last_share') -%}
{%- set heuristics = [
    'first_touch', 'last_touch', 'linear', 'position_based', 'time_decay',
] %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
paths as (

    select paths.*

    from {{ ref('attribution_paths') }} as paths
    {%- if goes_on %}

    inner join due
        on paths.visitor_id = due.visitor_id
    {%- endif %}

    where paths.conversions > 0

),

-- Where no time is known, a step is a day.
converted_touches as (

    select
        touches.path_id,
        paths.visitor_id,
        touches.channel,
        touches.step,
        paths.touch_count,
        paths.conversions,
        paths.conversion_value,
        power(
            cast(0.5 as {{ double }}),
            coalesce(
                cast({{ cdp_activate.time_between(
                    'touches.occurred_at', 'paths.converted_at', 'second'
                ) }} as {{ double }}) / 86400,
                paths.touch_count - touches.step
            ) / {{ var('cdp_attribution_half_life_days') }}
        ) as freshness

    from {{ ref('attribution_touches') }} as touches

    inner join paths
        on touches.path_id = paths.path_id

),

credits as (

    select
        visitor_id,
        channel,
        conversions,
        conversion_value,
        case when step = 1 then 1.0 else 0.0 end as first_touch,
        case when step = touch_count then 1.0 else 0.0 end as last_touch,
        cast(1 as {{ double }}) / touch_count as linear,
        case
            when touch_count = 1 then 1.0
            when touch_count = 2 and step = 1
                then cast({{ first_share }} as {{ double }})
                    / ({{ first_share }} + {{ last_share }})
            when touch_count = 2
                then cast({{ last_share }} as {{ double }})
                    / ({{ first_share }} + {{ last_share }})
            when step = 1 then {{ first_share }}
            when step = touch_count then {{ last_share }}
            else
                cast(1 - {{ first_share }} - {{ last_share }} as {{ double }})
                / (touch_count - 2)
        end as position_based,
        freshness / sum(freshness) over (partition by path_id) as time_decay

    from converted_touches

),

final as (

    select
        ---------- ids
        visitor_id,

        ---------- text
        channel,
        {{ cdp_activate.credits_version() }} as rules_version,

        ---------- numerics
        count(*) as touch_count,
        {%- for model in heuristics %}
        cast(sum(conversions * {{ model }}) as {{ double }})
            as {{ model }}_conversions,
        cast(sum(conversion_value * {{ model }}) as {{ double }})
            as {{ model }}_value,
        {%- endfor %}

        ---------- timestamps
        {{ cdp_activate.mark_of(ref('attribution_paths')) }} as written_at

    from credits

    group by
        visitor_id,
        channel

)

select * from final
