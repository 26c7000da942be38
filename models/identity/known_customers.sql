-- noqa: disable=layout.indent,layout.spacing
with

records as (

    select * from {{ ref('customer_records') }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

-- Few people have several records: only for them is it asked what was said last.
merged as (

    select customer_id

    from customer_ids

    group by customer_id

    having count(*) > 1

),

known_records as (

    select
        records.*,
        customer_ids.customer_id,
        -- 1 is what was said last.
        row_number() over (
            partition by customer_ids.customer_id
            order by
                coalesce(records.updated_at, records.created_at) desc,
                records.source_customer_id
        ) as record_number

    from records

    inner join customer_ids
        on records.source_customer_id = customer_ids.source_customer_id

    inner join merged
        on customer_ids.customer_id = merged.customer_id

),

-- The latest record in which each thing is said.
sayings as (

    select
        customer_id,
        count(*) as record_count,
        min(created_at) as created_at,
        max(updated_at) as updated_at,
        {% for column in cdp_activate.customer_columns() -%}
        min(case when {{ column }} is not null then record_number end)
            as {{ column }}_number{{ '' if loop.last else ',' }}
        {% endfor %}
    from known_records

    group by customer_id

),

final as (

    select
        sayings.customer_id,
        {% for column in cdp_activate.customer_columns() -%}
        max(case
            when known_records.record_number = sayings.{{ column }}_number
                then known_records.{{ column }}
        end) as {{ column }},
        {% endfor -%}
        sayings.record_count,
        sayings.created_at,
        sayings.updated_at

    from sayings

    inner join known_records
        on sayings.customer_id = known_records.customer_id

    group by
        sayings.customer_id,
        sayings.record_count,
        sayings.created_at,
        sayings.updated_at

    union all

    select
        customer_ids.customer_id,
        {% for column in cdp_activate.customer_columns() -%}
        records.{{ column }},
        {% endfor -%}
        1 as record_count,
        records.created_at,
        records.updated_at

    from records

    inner join customer_ids
        on records.source_customer_id = customer_ids.source_customer_id

    left join merged
        on customer_ids.customer_id = merged.customer_id

    where merged.customer_id is null

)

select * from final
