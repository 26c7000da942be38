{#
    The digits of a text, in order.

    Call:   {{ cdp_activate.digits_of('phone') }}
    Output: regexp_replace(phone, '[^0-9]', '', 'g')
#}
{% macro digits_of(expression) %}
    {{- return(adapter.dispatch('digits_of', 'cdp_activate')(expression)) -}}
{% endmacro %}

{# Without the flag DuckDB and PostgreSQL replace the first match only. #}
{% macro default__digits_of(expression) %}
    {{- return('regexp_replace(' ~ expression ~ ", '[^0-9]', '', 'g')") -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/functions/regexp_replace #}
{% macro snowflake__digits_of(expression) %}
    {{- return('regexp_replace(' ~ expression ~ ", '[^0-9]', '')") -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions #}
{% macro bigquery__digits_of(expression) %}
    {{- return('regexp_replace(' ~ expression ~ ", '[^0-9]', '')") -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/api/sql/#regexp_replace #}
{% macro spark__digits_of(expression) %}
    {{- return('regexp_replace(' ~ expression ~ ", '[^0-9]', '')") -}}
{% endmacro %}
