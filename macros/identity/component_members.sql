{#
    Whom the components have to be found for: everybody who is linked, or in an
    incremental run those who share a component with somebody whose links are new.

    Call:    {% set members = cdp_activate.component_members(records, edges) %}
    Takes:   the relations identity_records and identity_edges
    Returns: a relation, node (whole numbers from 1, the oldest customer first) and
             source_customer_id; none when there is nothing to do
#}
{% macro component_members(records, edges) %}

    {%- if not execute or flags.WHICH not in ['run', 'build', 'retry', 'test'] -%}
        {{ return(none) }}
    {%- endif -%}

    {%- set linked = 'select source_customer_id from ' ~ edges
        ~ ' where linked_customer_id is not null union distinct select '
        ~ 'linked_customer_id as source_customer_id from ' ~ edges
        ~ ' where linked_customer_id is not null' -%}
    {%- if cdp_activate.identity_goes_on([records, edges]) -%}
        {%- if not cdp_activate.identity_changes([records, edges], this) -%}
            {{ return(none) }}
        {%- endif -%}
        {%- set latest = cdp_activate.latest_note(this) -%}
        {%- set touched = cdp_activate.component_table('touched') -%}
        {%- do cdp_activate.component_write(touched,
            'select source_customer_id from ' ~ edges ~ ' where noted_at > '
            ~ latest ~ ' and source_customer_id is not null union distinct select '
            ~ 'linked_customer_id as source_customer_id from ' ~ edges
            ~ ' where noted_at > ' ~ latest ~ ' and linked_customer_id is not '
            ~ 'null union distinct select source_customer_id from ' ~ records
            ~ ' where noted_at > ' ~ latest
        ) -%}
        {%- set linked = 'select source_customer_id from ' ~ touched
            ~ ' union distinct select others.source_customer_id from ' ~ this
            ~ ' as ones inner join ' ~ touched ~ ' as touched on '
            ~ 'ones.source_customer_id = touched.source_customer_id inner join '
            ~ this ~ ' as others on ones.customer_id = others.customer_id' -%}
    {%- endif -%}

    {%- set members = cdp_activate.component_table('members') -%}
    {%- do cdp_activate.component_write(members,
        'select row_number() over (order by records.created_at, '
        ~ 'records.source_customer_id) as node, records.source_customer_id from '
        ~ records ~ ' as records inner join (' ~ linked ~ ') as linked on '
        ~ 'records.source_customer_id = linked.source_customer_id'
    ) -%}
    {{ return(members) }}

{% endmacro %}


{# Drops the work tables of identity_components: its post-hook. #}
{% macro component_forget() %}
    {%- if execute -%}
        {%- for name in ['touched', 'members', 'components'] -%}
            {%- do run_query(
                'drop table if exists ' ~ cdp_activate.component_table(name)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
