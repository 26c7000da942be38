{#
    The type of binary floating-point numbers of 64 bits.

    Call:   cast(unit_count as {{ cdp_activate.type_double() }})
    Output: cast(unit_count as double precision)
#}
{% macro type_double() %}
    {{- return(adapter.dispatch('type_double', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__type_double() %}
    {{- return('double precision') -}}
{% endmacro %}

{% macro spark__type_double() %}
    {{- return('double') -}}
{% endmacro %}

{% macro bigquery__type_double() %}
    {{- return('float64') -}}
{% endmacro %}
