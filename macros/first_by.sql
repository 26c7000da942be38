{#
    The first (or last) value in an order, as an aggregate; nulls are passed over.

    Call:   select {{ cdp_activate.first_by('page_url', 'touchpoint_number') }}
    Output: select min_by(page_url, case
                when page_url is not null then touchpoint_number
            end)

    The order must not have ties, or any of the tied values is given.
#}
{% macro first_by(expression, order_by) %}
    {{- return(adapter.dispatch('first_by', 'cdp_activate')(
        expression, order_by
    )) -}}
{% endmacro %}

{% macro last_by(expression, order_by) %}
    {{- return(adapter.dispatch('last_by', 'cdp_activate')(
        expression, order_by
    )) -}}
{% endmacro %}

{# DuckDB, Snowflake, BigQuery and Spark:
   https://docs.snowflake.com/en/sql-reference/functions/min_by
   https://cloud.google.com/bigquery/docs/reference/standard-sql/aggregate_functions #}
{% macro default__first_by(expression, order_by) %}
    {{- return(
        'min_by(' ~ expression ~ ', case when ' ~ expression
        ~ ' is not null then ' ~ order_by ~ ' end)'
    ) -}}
{% endmacro %}

{% macro default__last_by(expression, order_by) %}
    {{- return(
        'max_by(' ~ expression ~ ', case when ' ~ expression
        ~ ' is not null then ' ~ order_by ~ ' end)'
    ) -}}
{% endmacro %}

{# https://www.postgresql.org/docs/current/functions-aggregate.html #}
{% macro postgres__first_by(expression, order_by) %}
    {{- return(
        '(array_agg(' ~ expression ~ ' order by ' ~ order_by ~ ') filter (where '
        ~ expression ~ ' is not null))[1]'
    ) -}}
{% endmacro %}

{% macro postgres__last_by(expression, order_by) %}
    {{- return(
        '(array_agg(' ~ expression ~ ' order by ' ~ order_by
        ~ ' desc) filter (where ' ~ expression ~ ' is not null))[1]'
    ) -}}
{% endmacro %}
