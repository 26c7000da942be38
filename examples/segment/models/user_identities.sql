with

calls as (

    select * from {{ ref('calls') }}

),

final as (

    select
        {{ dbt.concat(['user_id', "'|'", 'anonymous_id']) }} as identity_id,
        user_id as customer_id,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier,
        min(occurred_at) as first_seen_at

    from calls

    where
        user_id is not null
        and anonymous_id is not null

    group by
        user_id,
        anonymous_id

)

select * from final
