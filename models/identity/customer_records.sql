-- noqa: disable=layout.indent
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

existing as (

    select * from dated

    where created_at < {{ cdp_activate.as_of() }}

),

-- Few ids are repeated: only their rows are put in order.
repeated as (

    select customer_id

    from existing

    group by customer_id

    having count(*) > 1

),

numbered as (

    select
        existing.*,
        row_number() over (
            partition by existing.customer_id
            order by
                coalesce(existing.updated_at, existing.created_at) desc,
                existing.created_at asc
                {%- for column in cdp_activate.customer_columns() %},
                case when existing.{{ column }} is null then 1 else 0 end,
                existing.{{ column }}
                {%- endfor %}
        ) as row_number_of_id

    from existing

    inner join repeated
        on existing.customer_id = repeated.customer_id

    union all

    select
        existing.*,
        1 as row_number_of_id

    from existing

    left join repeated
        on existing.customer_id = repeated.customer_id

    where repeated.customer_id is null

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
