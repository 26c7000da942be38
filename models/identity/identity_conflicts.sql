with

identifiers as (

    select * from {{ ref('identity_identifiers') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        identifiers.identifier_type,
        identifiers.identifier,
        count(distinct customer_ids.customer_id) as customer_count,
        min(identifiers.first_seen_at) as first_seen_at

    from identifiers

    inner join customer_ids
        on identifiers.source_customer_id = customer_ids.source_customer_id

    group by
        identifiers.identifier_type,
        identifiers.identifier

    having min(customer_ids.customer_id) <> max(customer_ids.customer_id)

)

select * from final
