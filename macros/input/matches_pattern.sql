{#
    Whether a pattern is found in a text; anchor it (^, $) for the whole text.

    Call:   where {{ cdp_activate.matches_pattern('phone', '^[0-9]+$') }}
    Takes:  an SQL expression; a pattern of what POSIX and RE2 have in common
    Output: regexp_matches(phone, '^[0-9]+$')
#}
{% macro matches_pattern(expression, pattern) %}
    {{- return(adapter.dispatch('matches_pattern', 'cdp_activate')(
        expression, pattern
    )) -}}
{% endmacro %}

{% macro default__matches_pattern(expression, pattern) %}
    {{- return('regexp_matches(' ~ expression ~ ", '" ~ pattern ~ "')") -}}
{% endmacro %}

{# https://www.postgresql.org/docs/current/functions-matching.html #}
{% macro postgres__matches_pattern(expression, pattern) %}
    {{- return('(' ~ expression ~ " ~ '" ~ pattern ~ "')") -}}
{% endmacro %}

{# It is always of the whole text:
   https://docs.snowflake.com/en/sql-reference/functions/regexp_like #}
{% macro snowflake__matches_pattern(expression, pattern) %}
    {%- set whole = pattern if pattern.startswith('^')
        else '(.|[[:space:]])*' ~ pattern ~ '(.|[[:space:]])*' -%}
    {{- return('regexp_like(' ~ expression ~ ", '" ~ whole ~ "')") -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/string_functions #}
{% macro bigquery__matches_pattern(expression, pattern) %}
    {{- return('regexp_contains(' ~ expression ~ ", '" ~ pattern ~ "')") -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/api/sql/#rlike #}
{% macro spark__matches_pattern(expression, pattern) %}
    {{- return('(' ~ expression ~ " rlike '" ~ pattern ~ "')") -}}
{% endmacro %}
