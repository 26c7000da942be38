{#
    A Python date as a SQL literal.

    Call:   {{ cdp_activate.date_literal(day) }}
    Output: cast('2026-11-01' as date)
#}
{% macro date_literal(day) %}
    {{- return(adapter.dispatch('date_literal', 'cdp_activate')(day)) -}}
{% endmacro %}

{% macro default__date_literal(day) %}
    {{- return("cast('" ~ day.isoformat() ~ "' as date)") -}}
{% endmacro %}
