-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['identifier_type', 'identifier'],
    pre_hook="{{ cdp_activate.delete_unless_identity_goes_on(
        [ref('identity_identifiers')], cdp_activate.identity_edges_before()
    ) }}",
) }}
{#- All that is noted before the links that there are was counted before them. #}
{%- set edges_before = cdp_activate.identity_edges_before() %}
{%- set goes_on = cdp_activate.identity_goes_on(
    [ref('identity_identifiers')], edges_before
) %}

with

identifiers as (

    select * from {{ ref('identity_identifiers') }}

),

records as (

    select * from {{ ref('identity_records') }}

),

{% if goes_on -%}
-- Only what somebody has newly got, or has under another name, can be too many
-- people's now.
due as (

    select
        identifier_type,
        identifier

    from {{ ref('identity_identifiers') }}

    where noted_at > {{ cdp_activate.latest_note(edges_before) }}

    union distinct

    select
        identifiers.identifier_type,
        identifiers.identifier

    from {{ ref('identity_identifiers') }} as identifiers

    inner join {{ ref('identity_records') }} as records
        on identifiers.source_customer_id = records.source_customer_id

    where records.noted_at > {{ cdp_activate.latest_note(edges_before) }}

),

{% endif -%}
-- Few identifiers have so many holders: only theirs are looked at closely.
frequent as (

    select
        identifiers.identifier_type,
        identifiers.identifier

    from identifiers
    {%- if goes_on %}

    inner join due
        on
            identifiers.identifier_type = due.identifier_type
            and identifiers.identifier = due.identifier
    {%- endif %}

    group by
        identifiers.identifier_type,
        identifiers.identifier

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
    {%- if goes_on %}

    left join {{ this }} as before
        on
            counted.identifier_type = before.identifier_type
            and counted.identifier = before.identifier
    {%- endif %}

    where
        counted.people_count > {{ var('cdp_identity_most_people', 10) | int }}
        {%- if goes_on %}
        and before.identifier is null
        {%- endif %}

)

select * from final
