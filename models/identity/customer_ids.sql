with

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        customer_id as source_customer_id,
        customer_id

    from known_customers

)

select * from final
