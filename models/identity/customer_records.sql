with

customers as (

    select * from {{ ref('input_customers') }}

),

-- Nobody knows when whoever has no date became known: long ago.
dated as (

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
        coalesce(
            created_at,
            updated_at,
            {{ cdp_activate.long_ago() }}
        ) as created_at,
        updated_at

    from customers

    where customer_id is not null

),

numbered as (

    select
        *,
        row_number() over (
            partition by customer_id
            order by
                coalesce(updated_at, created_at) desc,
                created_at asc,
                email asc,
                phone asc,
                first_name asc,
                last_name asc
        ) as row_number_of_id

    from dated

    where created_at < {{ cdp_activate.as_of() }}

),

final as (

    select
        customer_id as source_customer_id,
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

    from numbered

    where row_number_of_id = 1

)

select * from final
