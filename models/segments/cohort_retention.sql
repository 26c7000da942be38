{%- set period = var('cdp_cohort_period') -%}
{%- set last_day = cdp_activate.date_literal(cdp_activate.last_day()) -%}
{%- set the_day_after -%}
cast({{ cdp_activate.add_time('day', 1, last_day) }} as date)
{%- endset -%}
{%- set churn_days = var('cdp_churn_days') -%}
{#- A century of periods. -#}
{%- set most_periods = {'day': 36600, 'week': 5300}.get(period, 1200) -%}

with

orders as (

    select * from {{ ref('orders_as_of') }}

),

activity_days as (

    select distinct
        customer_id,
        cast(ordered_at as date) as active_on

    from orders

    where {{ cdp_activate.is_activity() }}

),

dated_activity as (

    select
        customer_id,
        active_on,
        {{ cdp_activate.start_of(period, 'active_on') }} as active_period,
        min({{ cdp_activate.start_of(period, 'active_on') }}) over (
            partition by customer_id
        ) as cohort_start,
        lead(active_on) over (
            partition by customer_id
            order by active_on
        ) as next_active_on

    from activity_days

),

-- A customer's last day of a period stands for the customer in that period.
active as (

    select
        cohort_start,
        active_period,
        count(*) as active_count

    from dated_activity

    where
        next_active_on is null
        or {{ cdp_activate.start_of(period, 'next_active_on') }} > active_period

    group by
        cohort_start,
        active_period

),

cohorts as (

    select
        cohort_start,
        active_count as cohort_size

    from active

    where active_period = cohort_start

),

numbers as (

    {{ dbt.generate_series(most_periods) }}

),

-- Every cohort with every period from its own to the last one that has begun.
cohort_periods as (

    select
        cohorts.cohort_start,
        cohorts.cohort_size,
        numbers.generated_number - 1 as period_number,
        cast(
            {{ cdp_activate.add_time(
                period, 'numbers.generated_number - 1', 'cohorts.cohort_start'
            ) }} as date
        ) as period_start,
        cast(
            {{ cdp_activate.add_time(
                period, 'numbers.generated_number', 'cohorts.cohort_start'
            ) }} as date
        ) as next_period_start

    from cohorts

    inner join numbers
        on
            numbers.generated_number - 1
            <= {{ cdp_activate.time_between('cohorts.cohort_start', last_day, period) }}

),

-- From which day on a customer counts as gone, and until when.
silences as (

    select
        cohort_start,
        cast({{ cdp_activate.add_time(
            'day', churn_days, 'active_on'
        ) }} as date) as gone_from,
        next_active_on as back_on

    from dated_activity

    where
        next_active_on is null
        or next_active_on > cast({{ cdp_activate.add_time(
            'day', churn_days, 'active_on'
        ) }} as date)

),

gone as (

    select
        cohort_periods.cohort_start,
        cohort_periods.period_number,
        count(*) as churned_count

    from cohort_periods

    inner join silences
        on
            cohort_periods.cohort_start = silences.cohort_start
            and cohort_periods.next_period_start > silences.gone_from
            and (
                silences.back_on is null
                or cohort_periods.next_period_start <= silences.back_on
            )

    where
        cohort_periods.next_period_start <= {{ the_day_after }}

    group by
        cohort_periods.cohort_start,
        cohort_periods.period_number

),

final as (

    select
        ---------- numerics
        cohort_periods.cohort_size,
        cast(cohort_periods.period_number as {{ dbt.type_bigint() }})
            as period_number,
        coalesce(active.active_count, 0) as active_count,
        {{ cdp_activate.cast_as(
            'coalesce(active.active_count, 0) * 1.0 / cohort_periods.cohort_size',
            'numeric(18, 6)'
        ) }} as retention_rate,
        case
            when
                cohort_periods.next_period_start <= {{ the_day_after }}
                then coalesce(gone.churned_count, 0)
        end as churned_count,
        case
            when
                cohort_periods.next_period_start <= {{ the_day_after }}
                then
                    {{ cdp_activate.cast_as(
                        'coalesce(gone.churned_count, 0) * 1.0 / '
                        ~ 'cohort_periods.cohort_size',
                        'numeric(18, 6)'
                    ) }}
        end as churn_rate,

        ---------- booleans
        cohort_periods.next_period_start <= {{ the_day_after }} as is_complete,

        ---------- dates and timestamps
        cohort_periods.cohort_start,
        cohort_periods.period_start

    from cohort_periods

    left join active
        on
            cohort_periods.cohort_start = active.cohort_start
            and cohort_periods.period_start = active.active_period

    left join gone
        on
            cohort_periods.cohort_start = gone.cohort_start
            and cohort_periods.period_number = gone.period_number

)

select * from final
