with

claims as (

    select * from {{ ref('identity_claims') }}

),

final as (

    select
        identifier_type,
        identifier,
        count(*) as customer_count,
        min(first_seen_at) as first_seen_at

    from claims

    group by
        identifier_type,
        identifier

    having count(*) > 1

)

select * from final
