with

customers as (

    select * from {{ ref('input_customers') }}

),

final as (

    select
        customer_id,
        email,
        phone,
        first_name,
        last_name,
        birth_date,
        country,
        city,
        postcode,
        language,
        time_zone,
        acquisition_source,
        attributes,
        created_at,
        updated_at

    from customers

    where created_at < {{ cdp_activate.as_of() }}

)

select * from final
