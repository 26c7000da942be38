-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized=cdp_activate.identity_materialization(),
    on_schema_change='append_new_columns',
    incremental_strategy='append',
) }}

with

identifiers as (

    select * from {{ ref('identity_identifiers') }}

),

records as (

    select * from {{ ref('identity_records') }}

),

-- Few identifiers have so many holders: only theirs are looked at closely.
frequent as (

    select
        identifier_type,
        identifier

    from identifiers

    group by
        identifier_type,
        identifier

    having count(*) > {{ var('cdp_identity_most_people', 10) | int }}

),

held as (

    select
        identifiers.identifier_type,
        identifiers.identifier,
        identifiers.source_customer_id,
        {{ cdp_activate.person_of('records') }} as person

    from identifiers

    inner join frequent
        on
            identifiers.identifier_type = frequent.identifier_type
            and identifiers.identifier = frequent.identifier

    inner join records
        on identifiers.source_customer_id = records.source_customer_id

),

counted as (

    select
        identifier_type,
        identifier,
        count(distinct person) as people_count,
        count(distinct source_customer_id) as customer_count

    from held

    group by
        identifier_type,
        identifier

    having count(*) > {{ var('cdp_identity_most_people', 10) | int }}

),

final as (

    select
        counted.identifier_type,
        counted.identifier,
        counted.people_count,
        counted.customer_count,
        {{ cdp_activate.run_instant() }} as noted_at

    from counted
    {%- if is_incremental() %}

    left join {{ this }} as before
        on
            counted.identifier_type = before.identifier_type
            and counted.identifier = before.identifier
    {%- endif %}

    where
        counted.people_count > {{ var('cdp_identity_most_people', 10) | int }}
        {%- if is_incremental() %}
        and before.identifier is null
        {%- endif %}

)

select * from final
