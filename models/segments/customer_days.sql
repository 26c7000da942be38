with

touchpoints as (

    select * from {{ ref('touchpoints') }}

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
        cast(sum(value) as numeric(18, 2)) as total_value,
        cast(sum(case when sentiment > 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as positive_count,
        cast(sum(case when sentiment < 0 then 1 else 0 end) as {{ dbt.type_bigint() }})
            as negative_count,

        ---------- dates and timestamps
        cast(occurred_at as date) as occurred_on,
        min(occurred_at) as first_occurred_at,
        max(occurred_at) as last_occurred_at

    from touchpoints

    where customer_id is not null

    group by
        customer_id,
        touchpoint,
        channel,
        direction,
        cast(occurred_at as date)

)

select * from final
