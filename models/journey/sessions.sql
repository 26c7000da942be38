-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='session_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.sessions_version()) }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.sessions_version()
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
visits as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if goes_on %}

    inner join due
        on touchpoints.visitor_id = due.visitor_id
    {%- endif %}

    where
        touchpoints.is_visit
        and touchpoints.visitor_id is not null

),

neighbours as (

    select
        touchpoint_id,
        visitor_id,
        customer_id,
        session_id,
        touchpoint,
        channel,
        marketing_channel,
        -- An order's source is its coupon, which brought nobody.
        case when touchpoint_id not like 'order:%' then source end as source,
        device_type,
        page_url,
        value,
        occurred_at,
        row_number() over (
            partition by visitor_id
            order by occurred_at, touchpoint_id
        ) as visit_number,
        lag(occurred_at) over (
            partition by visitor_id
            order by occurred_at, touchpoint_id
        ) as previous_occurred_at,
        -- The last session_id there was: orders have none and come in between.
        lag(session_id) over (
            partition by
                visitor_id,
                case when session_id is null then 0 else 1 end
            order by occurred_at, touchpoint_id
        ) as previous_session_id

    from visits

),

beginnings as (

    select
        *,
        case
            when previous_occurred_at is null then 1
            when session_id = previous_session_id then 0
            when session_id <> previous_session_id then 1
            when
                occurred_at > {{ cdp_activate.add_time(
                    'minute',
                    var('cdp_session_gap_minutes'),
                    'previous_occurred_at',
                ) }}
                then 1
            else 0
        end as is_beginning

    from neighbours

),

numbered as (

    select
        *,
        sum(is_beginning) over (
            partition by visitor_id
            order by visit_number
            rows between unbounded preceding and current row
        ) as session_number

    from beginnings

),

sums as (

    select
        visitor_id,
        cast(session_number as {{ dbt.type_bigint() }}) as session_number,
        max(customer_id) as customer_id,
        max(case when is_beginning = 1 then touchpoint_id end) as session_id,
        max(case when is_beginning = 1 then touchpoint end) as entry_touchpoint,
        {{ cdp_activate.first_by('session_id', 'visit_number') }}
            as source_session_id,
        {{ cdp_activate.first_by('channel', 'visit_number') }} as channel,
        {{ cdp_activate.first_by('source', 'visit_number') }} as source,
        {{ cdp_activate.first_by('marketing_channel', 'visit_number') }}
            as marketing_channel,
        {{ cdp_activate.first_by('device_type', 'visit_number') }} as device_type,
        {{ cdp_activate.first_by('page_url', 'visit_number') }} as landing_page,
        {{ cdp_activate.last_by('page_url', 'visit_number') }} as exit_page,
        count(*) as touchpoint_count,
        count(
            case
                when touchpoint = '{{ var("cdp_conversion_touchpoint") }}' then 1
            end
        ) as order_count,
        sum(
            case
                when touchpoint = '{{ var("cdp_conversion_touchpoint") }}'
                    then value
                else 0
            end
        ) as order_value,
        min(occurred_at) as started_at,
        max(occurred_at) as ended_at,
        max(
            case
                when touchpoint = '{{ var("cdp_conversion_touchpoint") }}'
                    then occurred_at
            end
        ) as converted_at

    from numbered

    group by
        visitor_id,
        session_number

),

final as (

    select
        ---------- ids
        session_id,
        visitor_id,
        customer_id,
        source_session_id,

        ---------- text
        channel,
        source,
        marketing_channel,
        device_type,
        entry_touchpoint,
        landing_page,
        exit_page,
        {{ cdp_activate.sessions_version() }} as rules_version,

        ---------- numerics
        session_number,
        touchpoint_count,
        cast(
            {{ cdp_activate.time_between('started_at', 'ended_at', 'second') }}
            as {{ dbt.type_bigint() }}
        ) as duration_seconds,
        order_count,
        {{ cdp_activate.cast_as(
            'coalesce(order_value, 0)', 'numeric(18, 2)'
        ) }} as order_value,

        ---------- booleans
        order_count > 0 as is_converted,

        ---------- timestamps
        started_at,
        ended_at,
        converted_at,
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from sums

)

select * from final
