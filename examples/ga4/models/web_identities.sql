with

events as (

    select * from {{ ref('ga4_events') }}

),

final as (

    select
        {{ dbt.concat(['user_id', "'|'", 'user_pseudo_id']) }} as identity_id,
        user_id as customer_id,
        'anonymous_id' as identifier_type,
        user_pseudo_id as identifier,
        min(occurred_at) as first_seen_at

    from events

    where
        user_id is not null
        and user_pseudo_id is not null

    group by
        user_id,
        user_pseudo_id

)

select * from final
