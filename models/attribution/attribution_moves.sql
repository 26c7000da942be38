-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['visitor_id', 'from_channel', 'to_channel'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.paths_version()) }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.paths_version()
) %}
{%- set double = cdp_activate.type_double() %}

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

),

steps as (

    select
        paths.visitor_id,
        touches.channel,
        touches.step,
        lead(touches.channel) over (
            partition by touches.path_id
            order by touches.step
        ) as next_channel,
        paths.conversions,
        paths.non_conversions

    from {{ ref('attribution_touches') }} as touches

    inner join paths
        on touches.path_id = paths.path_id

),

-- Every step is counted once, by what came next: the sum of touch_count says of how
-- many touches a visitor's rows were made.
moves as (

    select
        visitor_id,
        '(start)' as from_channel,
        channel as to_channel,
        conversions + non_conversions as transition_count,
        0 as touch_count

    from steps

    where step = 1

    union all

    select
        visitor_id,
        channel as from_channel,
        coalesce(next_channel, '(conversion)') as to_channel,
        case
            when next_channel is null then conversions
            else conversions + non_conversions
        end as transition_count,
        1 as touch_count

    from steps

    union all

    select
        visitor_id,
        channel as from_channel,
        '(null)' as to_channel,
        non_conversions as transition_count,
        0 as touch_count

    from steps

    where next_channel is null

),

final as (

    select
        ---------- ids
        visitor_id,

        ---------- text
        from_channel,
        to_channel,
        {{ cdp_activate.paths_version() }} as rules_version,

        ---------- numerics
        cast(sum(transition_count) as {{ double }}) as transition_count,
        cast(sum(touch_count) as {{ dbt.type_bigint() }}) as touch_count,

        ---------- timestamps
        {{ cdp_activate.mark_of(ref('attribution_paths')) }} as written_at

    from moves

    group by
        visitor_id,
        from_channel,
        to_channel

)

select * from final
