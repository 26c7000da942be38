with

histories as (

    select * from {{ ref('customer_purchase_history') }}

),

bins as (

    select
        least(frequency, {{ var('cdp_calibration_last_bin') }}) as repeat_purchases,
        holdout_frequency

    from histories

),

final as (

    select
        ---------- numerics
        cast(repeat_purchases as {{ dbt.type_bigint() }}) as repeat_purchases,
        count(*) as customer_count,
        cast(sum(holdout_frequency) as {{ dbt.type_bigint() }}) as holdout_purchases,
        {{ cdp_activate.cast_as(
            'sum(holdout_frequency) * 1.0 / count(*)', 'numeric(18, 6)'
        ) }}
            as mean_holdout_purchases

    from bins

    group by repeat_purchases

)

select * from final
