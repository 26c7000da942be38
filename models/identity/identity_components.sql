-- noqa: disable=layout.indent,layout.spacing,structure.subquery
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='source_customer_id',
    pre_hook="{{ cdp_activate.delete_unless_identity_goes_on(
        [ref('identity_records'), ref('identity_edges')]
    ) }}",
    post_hook="{{ cdp_activate.component_forget() }}",
) }}

{%- set records = ref('identity_records') %}
{%- set edges = ref('identity_edges') %}
{%- set members = cdp_activate.component_members(records, edges) %}

with

{% if members is not none -%}
{%- set components = cdp_activate.connected_components(
    'select ones.node as node_a, others.node as node_b from ' ~ edges
    ~ ' as edges inner join ' ~ members ~ ' as ones on '
    ~ 'edges.source_customer_id = ones.source_customer_id inner join '
    ~ members ~ ' as others on edges.linked_customer_id = '
    ~ 'others.source_customer_id'
) %}
members as (

    select * from {{ members }}

),

components as (

    select * from {{ components }}

),

placed as (

    select
        members.source_customer_id,
        members.node,
        components.component,
        -- The oldest has the smallest number.
        min(members.node) over (
            partition by coalesce(components.component, -members.node)
        ) as oldest_node

    from members

    left join components
        on members.node = components.node

),

final as (

    select
        placed.source_customer_id,
        oldest.source_customer_id as customer_id,
        {{ cdp_activate.run_instant() }} as noted_at

    from placed

    inner join members as oldest
        on placed.oldest_node = oldest.node

)

{%- else -%}
final as (

    select
        cast(null as {{ dbt.type_string() }}) as source_customer_id,
        cast(null as {{ dbt.type_string() }}) as customer_id,
        cast(null as {{ dbt.type_timestamp() }}) as noted_at

    from (select 1 as nothing) as no_member

    where 1 = 0

)

{%- endif %}

select * from final
