{#
    The instant that many days of 24 hours before `as_of`, as a literal.

    Call:   where last_order_at >= {{ cdp_activate.days_ago(90) }}
    Output: where last_order_at >= cast('2026-08-23 21:41:00' as timestamp)
#}
{% macro days_ago(days) %}
    {%- if days is not number -%}
        {{ exceptions.raise_compiler_error(
            "'" ~ days ~ "' is no number of days: correct it in the vars of "
            ~ "dbt_project.yml, or where this model asks for it."
        ) }}
    {%- endif -%}
    {{- return(cdp_activate.as_of(-24 * 60 * 60 * days)) -}}
{% endmacro %}
