with

pain_points as (

    select * from {{ ref('pain_points') }}

    where
        customer_id is not null
        and occurred_at >= {{ cdp_activate.days_ago(var('cdp_recovery_days')) }}

),

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where
        customer_id is not null
        and sentiment > 0
        and occurred_at >= {{ cdp_activate.days_ago(var('cdp_recovery_good_days')) }}

),

purchases as (

    select * from {{ ref('customer_purchases') }}

),

value_threshold as (

    select
        {{ cdp_activate.percentile(
            'lifetime_value', var('cdp_recovery_value_percentile')
        ) }} as lifetime_value

    from purchases

),

valuable_customers as (

    select
        purchases.customer_id,
        purchases.lifetime_value

    from purchases

    cross join value_threshold

    where
        purchases.lifetime_value > 0
        and purchases.lifetime_value >= value_threshold.lifetime_value
        and purchases.last_order_at
        >= {{ cdp_activate.days_ago(var('cdp_recovery_good_days')) }}

),

latest_pains as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by occurred_at desc, pain_point_id desc
        ) as place,
        count(*) over (partition by customer_id) as pain_point_count

    from pain_points

),

last_pains as (

    select * from latest_pains

    where place = 1

),

good_words as (

    select
        last_pains.customer_id,
        max(
            case
                when touchpoints.occurred_at < last_pains.occurred_at
                    then touchpoints.occurred_at
            end
        ) as good_before_at,
        max(
            case
                when touchpoints.occurred_at > last_pains.occurred_at
                    then touchpoints.occurred_at
            end
        ) as good_since_at

    from last_pains

    inner join touchpoints
        on last_pains.customer_id = touchpoints.customer_id

    group by last_pains.customer_id

),

final as (

    select
        ---------- ids
        last_pains.customer_id,
        last_pains.pain_point_id,

        ---------- text
        last_pains.pain_point,
        last_pains.reason,
        case
            when valuable_customers.customer_id is null then 'positive'
            when good_words.good_before_at is null then 'valuable'
            else 'valuable and positive'
        end as good_because,
        last_pains.stage,
        last_pains.touchpoint,
        last_pains.channel,

        ---------- numerics
        valuable_customers.lifetime_value,
        last_pains.pain_point_count,

        ---------- timestamps
        last_pains.occurred_at as bad_at

    from last_pains

    left join valuable_customers
        on last_pains.customer_id = valuable_customers.customer_id

    left join good_words
        on last_pains.customer_id = good_words.customer_id

    -- A good word since then: it has been put right.
    where
        good_words.good_since_at is null
        and (
            valuable_customers.customer_id is not null
            or good_words.good_before_at is not null
        )

)

select * from final
