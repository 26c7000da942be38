with

records as (

    select * from {{ ref('customer_records') }}

),

components as (

    select * from {{ ref('identity_components') }}

),

final as (

    select
        records.source_customer_id,
        coalesce(components.customer_id, records.source_customer_id)
            as customer_id

    from records

    left join components
        on records.source_customer_id = components.source_customer_id

)

select * from final
