with

touches as (

    select * from {{ ref('attribution_touches') }}

),

final as (

    select
        ---------- ids
        path_id,
        max(visitor_id) as visitor_id,

        ---------- text
        {{ cdp_activate.first_by('channel', 'step') }} as first_channel,
        {{ cdp_activate.last_by('channel', 'step') }} as last_channel,

        ---------- numerics
        count(*) as touch_count,
        sum(conversions) as conversions,
        sum(conversion_value) as conversion_value,
        sum(non_conversions) as non_conversions,

        ---------- timestamps
        min(occurred_at) as started_at,
        max(converted_at) as converted_at

    from touches

    group by path_id

)

select * from final
