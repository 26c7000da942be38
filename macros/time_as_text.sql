{#
    A time as a text that says all of it, for digests and for what is compared.

    Call:   {{ cdp_activate.time_as_text('valid_from') }}
    Output: cast(valid_from as text)
#}
{% macro time_as_text(expression) %}
    {{- return(adapter.dispatch('time_as_text', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__time_as_text(expression) %}
    {{- return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') -}}
{% endmacro %}

{# A cast there writes thousandths of a second, or what the session wants:
   https://docs.snowflake.com/en/sql-reference/parameters#timestamp-ntz-output-format #}
{% macro snowflake__time_as_text(expression) %}
    {{- return('to_char(' ~ expression ~ ", 'YYYY-MM-DD HH24:MI:SS.FF9')") -}}
{% endmacro %}


{# The same of a date: 2026-11-21. #}
{% macro date_as_text(expression) %}
    {{- return(adapter.dispatch('date_as_text', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__date_as_text(expression) %}
    {{- return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/parameters#date-output-format #}
{% macro snowflake__date_as_text(expression) %}
    {{- return('to_char(' ~ expression ~ ", 'YYYY-MM-DD')") -}}
{% endmacro %}
