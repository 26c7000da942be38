{%- set calibration_end =
    cdp_activate.date_literal(cdp_activate.calibration_end()) -%}
{%- set last_day = cdp_activate.date_literal(cdp_activate.last_day()) -%}
{%- set unit_days = cdp_activate.days_in(var('cdp_purchase_history_unit')) -%}

with

orders as (

    select * from {{ ref('customer_orders') }}

),

-- Several orders of one day are one purchase: nobody knows which came of which.
purchase_days as (

    select
        customer_id,
        cast(ordered_at as date) as purchased_on,
        sum(coalesce(net_amount, 0) - refunded_amount) as amount

    from orders

    where {{ cdp_activate.is_purchase() }}

    group by
        customer_id,
        cast(ordered_at as date)

),

numbered_days as (

    select
        customer_id,
        purchased_on,
        amount,
        row_number() over (
            partition by customer_id
            order by purchased_on
        ) as purchase_number

    from purchase_days

),

histories as (

    select
        customer_id,
        min(purchased_on) as first_purchase_on,
        max(case when purchased_on <= {{ calibration_end }} then purchased_on end)
            as last_purchase_on,
        sum(case
            when purchase_number > 1 and purchased_on <= {{ calibration_end }} then 1
            else 0
        end) as frequency,
        avg(case
            when purchase_number > 1 and purchased_on <= {{ calibration_end }}
                then amount
        end) as monetary_value,
        sum(case when purchased_on > {{ calibration_end }} then 1 else 0 end)
            as holdout_frequency,
        avg(case when purchased_on > {{ calibration_end }} then amount end)
            as holdout_monetary_value

    from numbered_days

    group by customer_id

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- numerics
        cast(frequency as {{ dbt.type_bigint() }}) as frequency,
        {{ cdp_activate.cast_as(
            cdp_activate.time_between('first_purchase_on', 'last_purchase_on', 'day')
            ~ ' * 1.0 / ' ~ unit_days,
            'numeric(18, 6)'
        ) }} as recency,
        {{ cdp_activate.cast_as(
            cdp_activate.time_between('first_purchase_on', calibration_end, 'day')
            ~ ' * 1.0 / ' ~ unit_days,
            'numeric(18, 6)'
        ) }} as customer_age,
        {{ cdp_activate.cast_as(
            'monetary_value', 'numeric(18, 2)'
        ) }} as monetary_value,
        cast(holdout_frequency as {{ dbt.type_bigint() }}) as holdout_frequency,
        {{ cdp_activate.cast_as(
            cdp_activate.time_between(calibration_end, last_day, 'day')
            ~ ' * 1.0 / ' ~ unit_days,
            'numeric(18, 6)'
        ) }} as holdout_length,
        {{ cdp_activate.cast_as(
            'holdout_monetary_value', 'numeric(18, 2)'
        ) }} as holdout_monetary_value,

        ---------- dates and timestamps
        first_purchase_on,
        last_purchase_on

    from histories

    -- Whoever came after the calibration has nothing to predict from.
    where first_purchase_on <= {{ calibration_end }}

)

select * from final
