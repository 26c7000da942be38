-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='touch_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.paths_version()) }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.paths_version()
) %}
{%- set double = cdp_activate.type_double() -%}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
sessions as (

    select sessions.*

    from {{ ref('sessions') }} as sessions
    {%- if goes_on %}

    inner join due
        on sessions.visitor_id = due.visitor_id
    {%- endif %}

),

touchpoints as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if goes_on %}

    inner join due
        on touchpoints.visitor_id = due.visitor_id
    {%- endif %}

    where
        not touchpoints.is_visit
        and touchpoints.visitor_id is not null

),

contact_names as (

    select distinct touchpoint

    from {{ ref('touchpoint_vocabulary') }}

    where is_contact

),

touches as (

    select
        session_id as touch_id,
        visitor_id,
        coalesce(marketing_channel, 'unknown') as channel,
        started_at as occurred_at,
        touchpoint_count,
        converted_at,
        order_count as conversions,
        order_value as conversion_value

    from sessions

    union all

    select
        touchpoints.touchpoint_id as touch_id,
        touchpoints.visitor_id,
        coalesce(touchpoints.marketing_channel, 'unknown') as channel,
        touchpoints.occurred_at,
        1 as touchpoint_count,
        cast(null as {{ dbt.type_timestamp() }}) as converted_at,
        0 as conversions,
        {{ cdp_activate.cast_as('0', 'numeric(18, 2)') }} as conversion_value

    from touchpoints

    inner join contact_names
        on touchpoints.touchpoint = contact_names.touchpoint

),

-- A conversion ends a path, with all that came before it: a contact during the visit
-- too. What comes after it begins the next one.
numbered as (

    select
        *,
        coalesce(
            sum(case when conversions > 0 then 1 else 0 end) over (
                partition by visitor_id
                order by coalesce(converted_at, occurred_at), touch_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as path_number

    from touches

),

ended as (

    select
        *,
        max(converted_at) over (
            partition by visitor_id, path_number
        ) as path_converted_at

    from numbered

),

-- What is too long ago to have led to the conversion is a path of its own, one that
-- ended without.
judged as (

    select
        *,
        case
            when occurred_at < {{ cdp_activate.add_time(
                'day',
                '-' ~ var('cdp_attribution_lookback_days'),
                'path_converted_at',
            ) }} then 'too early'
            when path_converted_at is null then 'open'
            else 'converted'
        end as outcome

    from ended

),

identified as (

    select
        *,
        visitor_id || '#'
        || cast(cast(path_number as {{ dbt.type_bigint() }}) as {{ dbt.type_string() }})
        || case when outcome = 'too early' then '#early' else '' end as path_id

    from judged

),

positioned as (

    select
        *,
        row_number() over (
            partition by path_id
            order by coalesce(converted_at, occurred_at), touch_id
        ) as step,
        count(*) over (partition by path_id) as touch_count

    from identified

),

final as (

    select
        ---------- ids
        touch_id,
        path_id,
        visitor_id,

        ---------- text
        channel,
        {{ cdp_activate.paths_version() }} as rules_version,

        ---------- numerics
        cast(step as {{ dbt.type_bigint() }}) as step,
        touchpoint_count,
        cast(conversions as {{ double }}) as conversions,
        cast(conversion_value as {{ double }}) as conversion_value,
        cast(
            case
                when step = touch_count and outcome <> 'converted' then 1
                else 0
            end as {{ double }}
        ) as non_conversions,

        ---------- timestamps
        occurred_at,
        converted_at,
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from positioned

)

select * from final
