with

touchpoints as (

    select * from {{ ref('touchpoints') }}

    where customer_id is not null

),

neighbours as (

    select
        touchpoint_id,
        customer_id,
        touchpoint,
        channel,
        marketing_channel,
        direction,
        occurred_at,
        row_number() over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as touchpoint_number,
        lag(touchpoint) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as previous_touchpoint,
        lag(occurred_at) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as previous_occurred_at,
        lead(touchpoint) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as next_touchpoint,
        lead(occurred_at) over (
            partition by customer_id
            order by occurred_at, touchpoint_id
        ) as next_occurred_at

    from touchpoints

),

final as (

    select
        ---------- ids
        touchpoint_id,
        customer_id,

        ---------- text
        touchpoint,
        channel,
        marketing_channel,
        direction,
        previous_touchpoint,
        next_touchpoint,

        ---------- numerics
        touchpoint_number,
        cast(
            {{ dbt.datediff('previous_occurred_at', 'occurred_at', 'second') }}
            as {{ dbt.type_bigint() }}
        ) as seconds_since_previous,
        cast(
            {{ dbt.datediff('occurred_at', 'next_occurred_at', 'second') }}
            as {{ dbt.type_bigint() }}
        ) as seconds_to_next,

        ---------- booleans
        touchpoint_number = 1 as is_first,
        next_touchpoint is null as is_last,

        ---------- timestamps
        occurred_at

    from neighbours

)

select * from final
