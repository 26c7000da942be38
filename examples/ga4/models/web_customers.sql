with

events as (

    select * from {{ ref('ga4_events') }}

),

final as (

    select
        user_id as customer_id,
        min(occurred_at) as created_at

    from events

    where user_id is not null

    group by user_id

)

select * from final
