-- noqa: disable=layout.indent,layout.spacing
-- Few of the touchpoints are pain points: each reading of the log takes the columns it
-- needs, where one expression for all of them would be kept whole.
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='pain_point_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.pain_points_version()) }}",
        "{{ cdp_activate.delete_from_log('visitor_id is null') }}",
        "{{ cdp_activate.delete_due('visitor_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.pain_points_version()
) %}
{%- set text = dbt.type_string() %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
detectors as (

    select * from {{ ref('pain_point_detectors') }}

),

stage_history as (

    select * from {{ ref('stage_history') }}

    where track = {{ cdp_activate.main_track() }}

),

names as (

    select distinct touchpoint

    from {{ ref('touchpoints') }}

),

-- Names are few: patterns are matched with them, and touchpoints by name.
rules as (

    select
        coalesce(detectors.pain_point, names.touchpoint) as pain_point,
        names.touchpoint,
        detectors.value_from,
        detectors.value_to,
        detectors.after_touchpoint,
        detectors.after_value_from,
        detectors.after_value_to,
        detectors.after_within_days,
        -- Two detectors of one name may look for different things before.
        coalesce(detectors.after_touchpoint, '') || '|'
        || coalesce(cast(detectors.after_value_from as {{ text }}), '') || '|'
        || coalesce(cast(detectors.after_value_to as {{ text }}), '') || '|'
        || coalesce(cast(detectors.after_within_days as {{ text }}), '')
            as after_what,
        detectors.reason

    from names

    inner join detectors
        on names.touchpoint like detectors.touchpoint

),

matches as (

    select
        touchpoints.touchpoint_id,
        touchpoints.customer_id,
        touchpoints.visitor_id,
        touchpoints.touchpoint,
        touchpoints.channel,
        touchpoints.device_type,
        touchpoints.source,
        touchpoints.value,
        touchpoints.occurred_at,
        rules.pain_point,
        rules.after_touchpoint,
        rules.after_value_from,
        rules.after_value_to,
        rules.after_within_days,
        rules.after_what,
        rules.reason

    from {{ ref('touchpoints') }} as touchpoints

    inner join rules
        on touchpoints.touchpoint = rules.touchpoint
    {%- if goes_on %}

    left join due
        on touchpoints.visitor_id = due.visitor_id
    {%- endif %}

    where
        {%- if goes_on %}
        (touchpoints.visitor_id is null or due.visitor_id is not null)
        and
        {%- endif %}
        (rules.value_from is null or touchpoints.value >= rules.value_from)
        and (rules.value_to is null or touchpoints.value <= rules.value_to)

),

-- The last one before, whatever it was like: a high score counts only while no
-- other has followed it.
befores as (

    select
        matches.touchpoint_id,
        matches.pain_point,
        matches.after_what,
        matches.occurred_at,
        matches.after_value_from,
        matches.after_value_to,
        matches.after_within_days,
        touchpoints.value as before_value,
        touchpoints.occurred_at as before_at,
        row_number() over (
            partition by
                matches.touchpoint_id, matches.pain_point, matches.after_what
            order by touchpoints.occurred_at desc, touchpoints.touchpoint_id desc
        ) as place

    from matches

    inner join {{ ref('touchpoints') }} as touchpoints
        on
            matches.after_touchpoint = touchpoints.touchpoint
            and matches.customer_id = touchpoints.customer_id
            and matches.occurred_at > touchpoints.occurred_at

),

fitting_befores as (

    select
        touchpoint_id,
        pain_point,
        after_what

    from befores

    where
        place = 1
        and (after_value_from is null or before_value >= after_value_from)
        and (after_value_to is null or before_value <= after_value_to)
        and (
            after_within_days is null
            or before_at >= {{ cdp_activate.add_time(
                'day', '-after_within_days', 'occurred_at'
            ) }}
        )

),

found as (

    select
        matches.pain_point,
        matches.touchpoint_id,
        matches.customer_id,
        matches.visitor_id,
        matches.touchpoint,
        matches.channel,
        matches.device_type,
        matches.source,
        min(matches.reason) as reason,
        matches.value,
        matches.occurred_at

    from matches

    left join fitting_befores
        on
            matches.touchpoint_id = fitting_befores.touchpoint_id
            and matches.pain_point = fitting_befores.pain_point
            and matches.after_what = fitting_befores.after_what

    where
        matches.after_touchpoint is null
        or fitting_befores.touchpoint_id is not null

    -- Several detectors may give one touchpoint the same name.
    group by
        matches.pain_point,
        matches.touchpoint_id,
        matches.customer_id,
        matches.visitor_id,
        matches.touchpoint,
        matches.channel,
        matches.device_type,
        matches.source,
        matches.value,
        matches.occurred_at

),

final as (

    select
        ---------- ids
        found.pain_point || ':' || found.touchpoint_id as pain_point_id,
        found.touchpoint_id,
        found.customer_id,
        found.visitor_id,

        ---------- text
        found.pain_point,
        found.reason,
        found.touchpoint,
        stage_history.stage,
        found.channel,
        found.device_type,
        found.source,
        {{ cdp_activate.pain_points_version() }} as rules_version,

        ---------- numerics
        found.value,

        ---------- timestamps
        found.occurred_at,
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from found

    left join stage_history
        on
            found.customer_id = stage_history.customer_id
            and found.occurred_at >= stage_history.valid_from
            and (
                stage_history.valid_to is null
                or found.occurred_at < stage_history.valid_to
            )

)

select * from final
