{%- set double = cdp_activate.type_double() -%}

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
            and endings.day < {{ cdp_activate.add_time(
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

-- Of the stretches that overlap, the one that says most: the strongest over each day
-- with the pain is found first, since stretches of one day overlap. Pairs of stretches
-- would be too many.
strongest_over_days as (

    select
        significant.pain_point,
        significant.dimension,
        significant.segment,
        case_days.day,
        max(significant.log_likelihood_ratio) as log_likelihood_ratio

    from significant

    inner join case_days
        on
            significant.pain_point = case_days.pain_point
            and significant.dimension = case_days.dimension
            and significant.segment = case_days.segment
            and significant.first_day <= case_days.day
            and significant.last_day >= case_days.day

    group by
        significant.pain_point,
        significant.dimension,
        significant.segment,
        case_days.day

),

-- Whatever is not the strongest over its own first day is beaten.
contenders as (

    select significant.*

    from significant

    inner join strongest_over_days
        on
            significant.pain_point = strongest_over_days.pain_point
            and significant.dimension = strongest_over_days.dimension
            and significant.segment = strongest_over_days.segment
            and significant.first_day = strongest_over_days.day
            and significant.log_likelihood_ratio
            = strongest_over_days.log_likelihood_ratio

),

beaten as (

    select
        contenders.pain_point,
        contenders.dimension,
        contenders.segment,
        contenders.first_day,
        contenders.last_day

    from contenders

    inner join strongest_over_days
        on
            contenders.pain_point = strongest_over_days.pain_point
            and contenders.dimension = strongest_over_days.dimension
            and contenders.segment = strongest_over_days.segment
            and contenders.first_day <= strongest_over_days.day
            and contenders.last_day >= strongest_over_days.day
            and contenders.log_likelihood_ratio
            < strongest_over_days.log_likelihood_ratio

    union distinct

    -- Of two that say as much, the earlier.
    select
        later.pain_point,
        later.dimension,
        later.segment,
        later.first_day,
        later.last_day

    from contenders as later

    inner join significant as earlier
        on
            later.pain_point = earlier.pain_point
            and later.dimension = earlier.dimension
            and later.segment = earlier.segment
            and later.log_likelihood_ratio = earlier.log_likelihood_ratio
            and later.first_day > earlier.first_day
            and later.first_day <= earlier.last_day

),

final as (

    select
        ---------- text
        contenders.pain_point,
        contenders.dimension,
        contenders.segment,

        ---------- numerics
        contenders.case_count,
        contenders.expected_count,
        contenders.all_cases as total_count,
        contenders.log_likelihood_ratio,
        contenders.false_alarm_bound,

        ---------- dates
        contenders.first_day,
        contenders.last_day

    from contenders

    left join beaten
        on
            contenders.pain_point = beaten.pain_point
            and contenders.dimension = beaten.dimension
            and contenders.segment = beaten.segment
            and contenders.first_day = beaten.first_day
            and contenders.last_day = beaten.last_day

    where beaten.pain_point is null

)

select * from final
