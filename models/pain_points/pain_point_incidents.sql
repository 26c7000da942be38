{%- set double = cdp_activate.type_double() -%}
{#- How many incidents of a pain are looked for in each segment, one a round. -#}
{%- set rounds = 12 -%}

with

-- A person's day counts once: who tries a failing payment ten times is one.
active_days as (

    select
        day,
        channel,
        device_type,
        visitor_count as visitor_days

    from {{ ref('daily_visitors') }}

),

pain_points as (

    select
        pain_point,
        visitor_id,
        channel,
        device_type,
        cast(occurred_at as date) as day

    from {{ ref('pain_points') }}

    where visitor_id is not null

),

exposures as (

    {% for dimension in ['everyone', 'channel', 'device_type'] -%}
    select
        '{{ dimension }}' as dimension,
        {% if dimension == 'everyone' %}'everyone'{% else %}{{ dimension }}{% endif %}
            as segment,
        day,
        sum(visitor_days) as exposure

    from active_days
    {% if dimension != 'everyone' %}
    where {{ dimension }} is not null
    {% endif %}
    group by
        {% if dimension != 'everyone' %}{{ dimension }},{% endif %}
        day

    {% if not loop.last %}union all{% endif %}

    {% endfor %}
),

cases as (

    {% for dimension in ['everyone', 'channel', 'device_type'] -%}
    select
        pain_point,
        '{{ dimension }}' as dimension,
        {% if dimension == 'everyone' %}'everyone'{% else %}{{ dimension }}{% endif %}
            as segment,
        day,
        count(distinct visitor_id) as case_count

    from pain_points
    {% if dimension != 'everyone' %}
    where {{ dimension }} is not null
    {% endif %}
    group by
        pain_point,
        {% if dimension != 'everyone' %}{{ dimension }},{% endif %}
        day

    {% if not loop.last %}union all{% endif %}

    {% endfor %}
),

cumulated_exposures as (

    select
        dimension,
        segment,
        day,
        cast(exposure as {{ double }}) as exposure,
        cast(sum(exposure) over (
            partition by dimension, segment
            order by day
            rows between unbounded preceding and current row
        ) as {{ double }}) as exposure_until,
        cast(sum(exposure) over (partition by dimension, segment) as {{ double }})
            as all_exposure

    from exposures

),

case_days as (

    select
        cases.pain_point,
        cases.dimension,
        cases.segment,
        cases.day,
        cast(cases.case_count as {{ double }}) as case_count,
        cast(sum(cases.case_count) over (
            partition by cases.pain_point, cases.dimension, cases.segment
            order by cases.day
            rows between unbounded preceding and current row
        ) as {{ double }}) as cases_until,
        cast(sum(cases.case_count) over (
            partition by cases.pain_point, cases.dimension, cases.segment
        ) as {{ double }}) as all_cases,
        cumulated_exposures.exposure,
        cumulated_exposures.exposure_until,
        cumulated_exposures.all_exposure

    from cases

    inner join cumulated_exposures
        on
            cases.dimension = cumulated_exposures.dimension
            and cases.segment = cumulated_exposures.segment
            and cases.day = cumulated_exposures.day

),

-- How many stretches there are to look at in all: what is asked so often is
-- sometimes answered by chance, so each must be that much less likely.
segment_days as (

    select
        dimension,
        segment,
        cast(count(*) as {{ double }}) as day_count

    from exposures

    group by
        dimension,
        segment

),

scanned_segments as (

    select distinct
        pain_point,
        dimension,
        segment

    from case_days

),

looks as (

    select sum(segment_days.day_count * (segment_days.day_count + 1) / 2) as look_count

    from scanned_segments

    inner join segment_days
        on
            scanned_segments.dimension = segment_days.dimension
            and scanned_segments.segment = segment_days.segment

),

-- Stretches begin and end on a day with the pain: longer ones say less.
stretches as (

    select
        beginnings.pain_point,
        beginnings.dimension,
        beginnings.segment,
        beginnings.day as first_day,
        endings.day as last_day,
        endings.cases_until - beginnings.cases_until + beginnings.case_count
            as case_count,
        endings.all_cases,
        endings.all_cases
        * (endings.exposure_until - beginnings.exposure_until + beginnings.exposure)
        / endings.all_exposure as expected_count

    from case_days as beginnings

    inner join case_days as endings
        on
            beginnings.pain_point = endings.pain_point
            and beginnings.dimension = endings.dimension
            and beginnings.segment = endings.segment
            and beginnings.day <= endings.day
            and endings.day < cast({{ cdp_activate.add_time(
                'day', var('cdp_incident_most_days'), 'beginnings.day'
            ) }} as date)

),

-- Kulldorff's scan statistic. The probability of so many cases or more in this one
-- stretch, if the pain were spread like the visits, is at most exp(-it) (Chernoff).
scanned as (

    select
        *,
        case_count * ln(case_count / expected_count)
        + case
            when case_count < all_cases
                then
                    (all_cases - case_count)
                    * ln((all_cases - case_count) / (all_cases - expected_count))
            else 0
        end as log_likelihood_ratio

    from stretches

    where
        expected_count <= 0.5 * all_cases
        and case_count > expected_count
        -- Against what is usual, which is what happens outside of the stretch.
        and case_count * (all_cases - expected_count)
        >= {{ var('cdp_incident_least_ratio') }}
        * expected_count * (all_cases - case_count)

),

significant as (

    select
        scanned.*,
        looks.look_count * exp(-least(scanned.log_likelihood_ratio, 700.0))
            as false_alarm_bound

    from scanned

    cross join looks

    -- PostgreSQL has no number as small as exp(-746).
    where
        looks.look_count * exp(-least(scanned.log_likelihood_ratio, 700.0))
        <= {{ var('cdp_incident_false_alarms') }}

),

-- The strongest stretch is an incident; of those that do not overlap it, again the
-- strongest, and so on. Each round reads the one before once.
stretches_0 as (

    select
        *,
        0 as is_incident

    from significant

),

{% for round in range(1, rounds + 1) -%}
compared_{{ round }} as (

    select
        *,
        first_value(first_day) over (
            partition by pain_point, dimension, segment
            order by
                is_incident asc, log_likelihood_ratio desc, first_day asc, last_day asc
        ) as strongest_first_day,
        first_value(last_day) over (
            partition by pain_point, dimension, segment
            order by
                is_incident asc, log_likelihood_ratio desc, first_day asc, last_day asc
        ) as strongest_last_day

    from stretches_{{ round - 1 }}

),

stretches_{{ round }} as (

    select
        pain_point,
        dimension,
        segment,
        case_count,
        expected_count,
        all_cases,
        log_likelihood_ratio,
        false_alarm_bound,
        first_day,
        last_day,
        case
            when first_day = strongest_first_day and last_day = strongest_last_day
                then 1
            else is_incident
        end as is_incident

    from compared_{{ round }}

    where
        is_incident = 1
        or last_day < strongest_first_day
        or first_day > strongest_last_day
        or (first_day = strongest_first_day and last_day = strongest_last_day)

),

{% endfor -%}
final as (

    select
        ---------- text
        pain_point,
        dimension,
        segment,

        ---------- numerics
        case_count,
        expected_count,
        all_cases as total_count,
        log_likelihood_ratio,
        false_alarm_bound,

        ---------- dates
        first_day,
        last_day

    from stretches_{{ rounds }}

    where is_incident = 1

)

select * from final
