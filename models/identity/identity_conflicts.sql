with

identifiers as (

    select * from {{ ref('identity_identifiers') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

-- Few are anybody else's than those of identity_map.
owned as (

    select * from {{ ref('identity_map') }}

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

    left join owned
        on
            identifiers.identifier_type = owned.identifier_type
            and identifiers.identifier = owned.identifier

    where owned.identifier is null

    group by
        identifiers.identifier_type,
        identifiers.identifier

)

select * from final
