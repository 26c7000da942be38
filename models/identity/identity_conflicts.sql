-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['identifier_type', 'identifier'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_identifiers_of_nobody(
            ref('identity_identifiers'), ref('identity_records')
        ) }}",
        "{{ cdp_activate.delete_identifiers_due(
            ref('identity_identifiers'), ref('identity_records'),
            ref('identity_components')
        ) }}",
    ],
) }}
{%- set identifiers = ref('identity_identifiers') %}
{%- set records = ref('identity_records') %}
{%- set components = ref('identity_components') %}
{#- What is due is few: then identity_map need not be asked. #}
{%- set goes_on = cdp_activate.identity_goes_on(
    [identifiers, records, components]
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.identifiers_due(identifiers, records, components) }}

),

{% endif -%}
identifiers as (

    select identifiers.*

    from {{ identifiers }} as identifiers
    {%- if goes_on %}

    inner join due
        on
            identifiers.identifier_type = due.identifier_type
            and identifiers.identifier = due.identifier
    {%- endif %}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

{% if not goes_on -%}
-- Few are anybody else's than those of identity_map.
owned as (

    select * from {{ ref('identity_map') }}

),

{% endif -%}
final as (

    select
        identifiers.identifier_type,
        identifiers.identifier,
        count(distinct customer_ids.customer_id) as customer_count,
        min(identifiers.first_seen_at) as first_seen_at,
        {{ cdp_activate.run_instant() }} as noted_at

    from identifiers

    inner join customer_ids
        on identifiers.source_customer_id = customer_ids.source_customer_id
    {%- if not goes_on %}

    left join owned
        on
            identifiers.identifier_type = owned.identifier_type
            and identifiers.identifier = owned.identifier

    where owned.identifier is null
    {%- endif %}

    group by
        identifiers.identifier_type,
        identifiers.identifier

    having min(customer_ids.customer_id) < max(customer_ids.customer_id)

)

select * from final
