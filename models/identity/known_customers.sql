with

customers as (

    select * from {{ ref('input_customers') }}

),

final as (

    select
        customer_id,
        email,
        phone,
        created_at

    from customers

    where created_at < {{ cdp_activate.as_of() }}

)

select * from final
