with

touchpoints as (

    select
        visitor_id,
        channel,
        device_type,
        cast(occurred_at as date) as day

    from {{ ref('touchpoints') }}

    where
        visitor_id is not null
        and direction = 'inbound'

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

-- A person's day counts once: who tries a failing payment ten times is one.
active_days as (

    select
        day,
        channel,
        device_type,
        count(distinct visitor_id) as visitor_days

    from touchpoints

    group by
        day,
        channel,
        device_type

),

painful_days as (

    select
        pain_point,
        day,
        channel,
        device_type,
        count(distinct visitor_id) as visitor_days

    from pain_points

    group by
        pain_point,
        day,
        channel,
        device_type

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
        sum(visitor_days) as case_count

    from painful_days
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
        cast(exposure as double precision) as exposure,
        cast(sum(exposure) over (
            partition by dimension, segment
            order by day
            rows between unbounded preceding and current row
        ) as double precision) as exposure_until,
        cast(sum(exposure) over (partition by dimension, segment) as double precision)
            as all_exposure

    from exposures

),

case_days as (

    select
        cases.pain_point,
        cases.dimension,
        cases.segment,
        cases.day,
        cast(cases.case_count as double precision) as case_count,
        cast(sum(cases.case_count) over (
            partition by cases.pain_point, cases.dimension, cases.segment
            order by cases.day
            rows between unbounded preceding and current row
        ) as double precision) as cases_until,
        cast(sum(cases.case_count) over (
            partition by cases.pain_point, cases.dimension, cases.segment
        ) as double precision) as all_cases,
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
        cast(count(*) as double precision) as day_count

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
            and endings.day < {{ dbt.dateadd(
                'day', var('cdp_incident_most_days'), 'beginnings.day'
            ) }}

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
        looks.look_count * exp(-scanned.log_likelihood_ratio) as false_alarm_bound

    from scanned

    cross join looks

    where
        looks.look_count * exp(-scanned.log_likelihood_ratio)
        <= {{ var('cdp_incident_false_alarms') }}

),

-- Of the stretches that overlap, the one that says most.
beaten as (

    select distinct
        weaker.pain_point,
        weaker.dimension,
        weaker.segment,
        weaker.first_day,
        weaker.last_day

    from significant as weaker

    inner join significant as stronger
        on
            weaker.pain_point = stronger.pain_point
            and weaker.dimension = stronger.dimension
            and weaker.segment = stronger.segment
            and weaker.first_day <= stronger.last_day
            and weaker.last_day >= stronger.first_day
            and (
                weaker.log_likelihood_ratio < stronger.log_likelihood_ratio
                or (
                    weaker.log_likelihood_ratio = stronger.log_likelihood_ratio
                    and weaker.first_day > stronger.first_day
                )
            )

),

final as (

    select
        ---------- text
        significant.pain_point,
        significant.dimension,
        significant.segment,

        ---------- numerics
        significant.case_count,
        significant.expected_count,
        significant.all_cases as total_count,
        significant.log_likelihood_ratio,
        significant.false_alarm_bound,

        ---------- dates
        significant.first_day,
        significant.last_day

    from significant

    left join beaten
        on
            significant.pain_point = beaten.pain_point
            and significant.dimension = beaten.dimension
            and significant.segment = beaten.segment
            and significant.first_day = beaten.first_day
            and significant.last_day = beaten.last_day

    where beaten.pain_point is null

)

select * from final
