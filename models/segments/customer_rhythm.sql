with

purchases as (

    select * from {{ ref('customer_purchases') }}

),

intervals as (

    select
        customer_id,
        last_order_at,
        case
            when order_count > 1
                then
                    {{ cdp_activate.time_between(
                        'first_order_at', 'last_order_at', 'day'
                    ) }}
                    * 1.0 / (order_count - 1)
        end as own_interval_days

    from purchases

),

typical as (

    select
        {{ cdp_activate.percentile('own_interval_days', 0.5) }}
            as typical_interval_days

    from intervals

    where own_interval_days >= 1

),

usual as (

    select
        intervals.customer_id,
        {{ cdp_activate.time_between(
            'intervals.last_order_at', cdp_activate.as_of(), 'day'
        ) }}
            as days_since_last_order,
        -- Several orders within days say little about the rhythm: it is never taken
        -- to be shorter than this.
        greatest(
            coalesce(
                intervals.own_interval_days,
                {{ cdp_activate.cast_as(
                    'typical.typical_interval_days', 'numeric(18, 2)'
                ) }},
                {{ var('cdp_lifecycle_active_days') }}
            ),
            {{ var('cdp_shortest_interval_days') }}
        ) as usual_interval_days

    from intervals

    cross join typical

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- numerics
        cast(days_since_last_order as {{ dbt.type_bigint() }})
            as days_since_last_order,
        {{ cdp_activate.cast_as(
            'usual_interval_days', 'numeric(18, 2)'
        ) }} as usual_interval_days,
        {{ cdp_activate.cast_as(
            'days_since_last_order / usual_interval_days', 'numeric(18, 2)'
        ) }}
            as overdue_ratio

    from usual

)

select * from final
