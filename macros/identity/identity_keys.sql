{#
    Who has what a rule wants to agree: one row a customer and key. Whoever shares
    a key is linked by the rule, unless something contradicts.

    Call:   {{ cdp_activate.identity_keys(rule, records, identifiers, shared) }}
    Takes:  a rule of identity_rules(); the relations identity_records,
            identity_identifiers and identity_shared_identifiers, whose rows make
            no keys
    Output: select edge_key, source_customer_id from ...
#}
{% macro identity_keys(rule, records, identifiers, shared) %}

    {%- set values = [] -%}
    {%- set held = [] -%}
    {%- for field in rule['agree'] -%}
        {%- if field in cdp_activate.identity_fields() -%}
            {%- do values.append('records.' ~ field) -%}
        {%- else -%}
            {%- do held.append(field) -%}
            {%- do values.append(
                'identifiers_' ~ held | length ~ '.identifier'
            ) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set parts = ["'" ~ rule['name'] ~ "'"] -%}
    {%- for value in values -%}
        {%- do parts.append("'|'") -%}
        {%- do parts.append(value) -%}
    {%- endfor %}
        select
            {{ dbt.concat(parts) }} as edge_key,
            records.source_customer_id
        from {{ records }} as records
        {%- for field in held %}
        inner join {{ identifiers }} as identifiers_{{ loop.index }}
            on
                records.source_customer_id
                = identifiers_{{ loop.index }}.source_customer_id
                and identifiers_{{ loop.index }}.identifier_type = '{{ field }}'
        left join {{ shared }} as shared_{{ loop.index }}
            on
                identifiers_{{ loop.index }}.identifier_type
                = shared_{{ loop.index }}.identifier_type
                and identifiers_{{ loop.index }}.identifier
                = shared_{{ loop.index }}.identifier
        {%- endfor %}
        where
            records.is_present
            {%- for field in held %}
            and shared_{{ loop.index }}.identifier is null
            {%- endfor %}
            {%- for value in values %}
            and {{ value }} is not null
            {%- endfor %}

{% endmacro %}
