{#
    A text in another type; null when it cannot be, where the warehouse can say so.

    Call:   {{ cdp_activate.cast_or_null('text', 'date') }}
    Output: try_cast(text as date)

    PostgreSQL stops instead: what it is given must have been looked at before, as
    read_text does. dbt's own safe_cast is a plain cast on DuckDB and Spark.
#}
{% macro cast_or_null(expression, type) %}
    {{- return(adapter.dispatch('cast_or_null', 'cdp_activate')(
        expression, type
    )) -}}
{% endmacro %}

{% macro default__cast_or_null(expression, type) %}
    {{- return('try_cast(' ~ expression ~ ' as ' ~ type ~ ')') -}}
{% endmacro %}

{% macro postgres__cast_or_null(expression, type) %}
    {{- return('cast(' ~ expression ~ ' as ' ~ type ~ ')') -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions #}
{% macro bigquery__cast_or_null(expression, type) %}
    {{- return(cdp_activate.rounded_numeric('safe_cast', expression, type)) -}}
{% endmacro %}
