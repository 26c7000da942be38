-- noqa: disable=layout.indent,layout.spacing
-- What is new or has changed since the last run, and what is gone.
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='source_customer_id',
) }}

with

customers as (

    select * from {{ ref('customer_records') }}

),

fingerprinted as (

    select
        *,
        {{ dbt.hash(cdp_activate.joined_texts([
            'email', 'phone', 'first_name', 'last_name', 'birth_date', 'city',
            'postcode', cdp_activate.time_as_text('created_at'),
        ])) }} as fingerprint

    from customers

),

{% if is_incremental() -%}
before as (

    select * from {{ this }}

),

changed as (

    select fingerprinted.*

    from fingerprinted

    left join before
        on fingerprinted.source_customer_id = before.source_customer_id

    where
        before.source_customer_id is null
        or not before.is_present
        or before.fingerprint <> fingerprinted.fingerprint

),

{% else -%}
changed as (

    select * from fingerprinted

),

{% endif -%}
normalised as (

    select
        source_customer_id,
        created_at,
        fingerprint,
        {{ cdp_activate.normalised_name('first_name') }} as first_name,
        {{ cdp_activate.normalised_name('last_name') }} as last_name,
        {{ cdp_activate.date_as_text('birth_date') }} as birth_date,
        {{ cdp_activate.normalised_email('email') }} as email,
        {{ cdp_activate.normalised_name('city') }} as city,
        {{ cdp_activate.normalised_name('postcode') }} as postcode

    from changed

),

split as (

    select
        *,
        {{ dbt.split_part('email', "'@'", 1) }} as email_mailbox,
        {{ dbt.split_part('email', "'@'", 2) }} as email_domain

    from normalised

),

final as (

    select
        source_customer_id,
        created_at,
        first_name,
        case when length(first_name) >= 3 then left(first_name, 3) end
            as first_name_start,
        case when length(first_name) >= 3 then right(first_name, 3) end
            as first_name_end,
        last_name,
        case when length(last_name) >= 3 then left(last_name, 3) end
            as last_name_start,
        case when length(last_name) >= 3 then right(last_name, 3) end
            as last_name_end,
        case
            when first_name <= last_name
                then {{ dbt.concat(['first_name', "' '", 'last_name']) }}
            when last_name < first_name
                then {{ dbt.concat(['last_name', "' '", 'first_name']) }}
        end as full_name,
        birth_date,
        substring(birth_date, 1, 4) as birth_year,
        substring(birth_date, 6, 5) as birth_month_day,
        case when length(email_mailbox) >= 5 then email_mailbox end
            as email_mailbox,
        case when length(email_mailbox) >= 6 then left(email_mailbox, 6) end
            as email_mailbox_start,
        case when length(email_mailbox) >= 6 then right(email_mailbox, 6) end
            as email_mailbox_end,
        email_domain,
        case when length(email_domain) >= 4 then left(email_domain, 4) end
            as email_domain_start,
        city,
        postcode,
        fingerprint,
        true as is_present,
        {{ cdp_activate.run_instant() }} as noted_at

    from split

    {%- if is_incremental() %}

    union all

    -- Whoever is gone leaves an id behind, and nothing else.
    select
        before.source_customer_id,
        before.created_at,
        {% for field in cdp_activate.identity_fields() -%}
        cast(null as {{ dbt.type_string() }}) as {{ field }},
        {% endfor -%}
        'gone' as fingerprint,
        false as is_present,
        {{ cdp_activate.run_instant() }} as noted_at

    from before

    left join fingerprinted
        on before.source_customer_id = fingerprinted.source_customer_id

    where
        before.is_present
        and fingerprinted.source_customer_id is null
    {%- endif %}

)

select * from final
