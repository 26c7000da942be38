{#
    A text, or null when there is nothing in it but white space.

    Call:   {{ cdp_activate.given_text('"email"') }}
    Output: case
                when "email" >= '!' then "email"
                when regexp_matches("email", '[^[:space:]]') then "email"
            end

    Texts that begin with something visible, nearly all, are only compared, which is
    quicker than to trim them.
#}
{% macro given_text(expression) %}
    {{- return(adapter.dispatch('given_text', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__given_text(expression) %}
    {{- return(
        'case when ' ~ expression ~ " >= '!' then " ~ expression ~ ' when '
        ~ cdp_activate.matches_pattern(expression, '[^[:space:]]') ~ ' then '
        ~ expression ~ ' end'
    ) -}}
{% endmacro %}

{# What is greater there depends on the database's language. #}
{% macro postgres__given_text(expression) %}
    {{- return(
        'case when ' ~ cdp_activate.matches_pattern(expression, '[^[:space:]]')
        ~ ' then ' ~ expression ~ ' end'
    ) -}}
{% endmacro %}

{# Java's patterns do not know [:space:], and a backslash in a text is written twice:
   https://spark.apache.org/docs/latest/sql-ref-literals.html #}
{% macro spark__given_text(expression) %}
    {{- return(
        'case when ' ~ expression ~ " >= '!' then " ~ expression ~ ' when '
        ~ cdp_activate.matches_pattern(expression, '\\\\S') ~ ' then '
        ~ expression ~ ' end'
    ) -}}
{% endmacro %}
