{#
    An entity's key as text, the same on every warehouse.

    Call:   {{ cdp_activate.key_as_text('customer_id', 'integer') }}
    Takes:  a column; its kind: text, integer or uuid
    Output: cast(customer_id as text)
#}
{% macro key_as_text(column, kind) %}
    {%- set as_text = 'cast(' ~ column ~ ' as ' ~ dbt.type_string() ~ ')' -%}
    {{- return('lower(' ~ as_text ~ ')' if kind == 'uuid' else as_text) -}}
{% endmacro %}
