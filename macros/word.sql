{#
    A word of the contract as it is compared and kept: in small letters, without white
    space around it.

    Call:   {{ cdp_activate.word('orders.status') }}
    Input:  Completed    ' SHIPPED'   'placed\r'
    Output: completed    shipped      placed

    A carriage return is what files written on Windows leave behind the last column.
#}
{% macro word(expression) %}
    {{- return(adapter.dispatch('word', 'cdp_activate')(expression)) -}}
{% endmacro %}

{# https://duckdb.org/docs/stable/sql/functions/text; PostgreSQL has the same. #}
{% macro default__word(expression) %}
    {{- return("lower(trim(" ~ expression ~ ", E' \\t\\r\\n'))") -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/functions/trim #}
{% macro snowflake__word(expression) %}
    {{- return("lower(trim(" ~ expression ~ ", ' \\t\\r\\n'))") -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions#trim #}
{% macro bigquery__word(expression) %}
    {{- return("lower(trim(" ~ expression ~ ", ' \\t\\r\\n'))") -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/api/sql/#trim #}
{% macro spark__word(expression) %}
    {{- return("lower(trim(both ' \\t\\r\\n' from " ~ expression ~ '))') -}}
{% endmacro %}
