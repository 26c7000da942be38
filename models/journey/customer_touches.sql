with

ends as (

    select * from {{ ref('touchpoint_sequence') }}

    where is_first or is_last

),

final as (

    select
        ---------- ids
        customer_id,

        ---------- text
        max(case when is_first then touchpoint end) as first_touchpoint,
        max(case when is_first then channel end) as first_channel,
        max(case when is_first then marketing_channel end)
            as first_marketing_channel,
        max(case when is_last then touchpoint end) as last_touchpoint,
        max(case when is_last then channel end) as last_channel,
        max(case when is_last then marketing_channel end)
            as last_marketing_channel,

        ---------- numerics
        max(touchpoint_number) as touchpoint_count,

        ---------- timestamps
        min(occurred_at) as first_touch_at,
        max(occurred_at) as last_touch_at

    from ends

    group by customer_id

)

select * from final
