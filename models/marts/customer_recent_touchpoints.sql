with

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where
        customer_id is not null
        and occurred_at >= {{ cdp_activate.period_start('day', -90, 'UTC') }}

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        touchpoint,
        channel,
        direction,

        ---------- numerics
        count(*) as touchpoint_count,
        count(distinct cast(occurred_at as date)) as day_count,
        cast(sum(value) as numeric(18, 2)) as total_value,
        cast(sum(case when sentiment > 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as positive_count,
        cast(sum(case when sentiment < 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as negative_count,

        ---------- timestamps
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at

    from touchpoints

    group by
        customer_id,
        touchpoint,
        channel,
        direction

)

select * from final
