with

claims as (

    select * from {{ ref('identity_claims') }}

),

final as (

    select
        identifier_type,
        identifier,
        max(customer_id) as customer_id,
        min(first_seen_at) as first_seen_at

    from claims

    group by
        identifier_type,
        identifier

    having count(*) = 1

)

select * from final
