with

known_customers as (

    select * from {{ ref('known_customers') }}

),

purchases as (

    select * from {{ ref('customer_purchases') }}

),

recent_purchases as (

    select
        customer_id,
        sum(coalesce(net_amount, 0) - refunded_amount) as value_last_365_days

    from {{ ref('customer_orders') }}

    where
        {{ cdp_activate.is_purchase() }}
        and ordered_at >= {{ cdp_activate.days_ago(365) }}

    group by customer_id

),

scores as (

    select
        customer_id,
        max(case when score_name = 'probability_alive' then score end)
            as probability_alive,
        max(case when score_name = 'expected_purchases' then score end)
            as expected_purchases,
        max(case when score_name = 'expected_value' then score end)
            as expected_value

    from {{ ref('customer_scores') }}

    group by customer_id

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- numerics
        {{ cdp_activate.cast_as(
            'coalesce(purchases.lifetime_value, 0)', 'numeric(18, 2)'
        ) }}
            as lifetime_value,
        {{ cdp_activate.cast_as(
            'coalesce(recent_purchases.value_last_365_days, 0)', 'numeric(18, 2)'
        ) }}
            as value_last_365_days,
        scores.probability_alive,
        scores.expected_purchases,
        {{ cdp_activate.cast_as(
            'scores.expected_value', 'numeric(18, 2)'
        ) }} as expected_value

    from known_customers

    left join purchases
        on known_customers.customer_id = purchases.customer_id

    left join recent_purchases
        on known_customers.customer_id = recent_purchases.customer_id

    left join scores
        on known_customers.customer_id = scores.customer_id

)

select * from final
