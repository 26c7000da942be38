{#
    Who has what a rule wants to agree: one row a customer and key. Whoever shares
    a key is linked by the rule, unless something contradicts.

    Call:   {{ cdp_activate.identity_keys(rule, records, identifiers, shared) }}
    Takes:  a rule of identity_rules(); the relations identity_records,
            identity_identifiers and identity_shared_identifiers, whose rows make
            no keys; a relation with the source_customer_id of those whose keys are
            wanted, when not everybody's are
    Output: select edge_key, first_value, source_customer_id from ...; first_value
            is that of the first field which has to agree
#}
{% macro identity_keys(rule, records, identifiers, shared, among=none) %}

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
            {{ values[0] }} as first_value,
            records.source_customer_id
        from {{ records }} as records
        {%- if among %}
        inner join {{ among }} as among
            on records.source_customer_id = among.source_customer_id
        {%- endif %}
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


{#
    Who has one of some values in the first field that a rule wants to agree.

    Call:   {{ cdp_activate.identity_holders(
                rule, records, identifiers, 'keys_of_changed'
            ) }}
    Takes:  as identity_keys; a relation with rule and first_value
    Output: select source_customer_id from ...
#}
{% macro identity_holders(rule, records, identifiers, wanted) %}
    {%- set field = rule['agree'][0] -%}
    {%- set is_identifier = field not in cdp_activate.identity_fields() %}
        select holders.source_customer_id
        from {{ identifiers if is_identifier else records }} as holders
        inner join (
            select distinct first_value
            from {{ wanted }}
            where rule = '{{ rule["name"] }}'
        ) as wanted
            on holders.{{ 'identifier' if is_identifier else field }}
                = wanted.first_value
        {%- if is_identifier %}
        where holders.identifier_type = '{{ field }}'
        {%- endif %}
{% endmacro %}
