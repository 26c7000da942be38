{#
    The name of the type of an instant that carries its time zone.

    Call:   cast(occurred_at as {{ cdp_activate.type_timestamp_zoned() }})
    Output: cast(occurred_at as timestamp with time zone)
#}
{% macro type_timestamp_zoned() %}
    {{- return(adapter.dispatch('type_timestamp_zoned', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__type_timestamp_zoned() %}
    {{- return('timestamp with time zone') -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/data-types-datetime #}
{% macro snowflake__type_timestamp_zoned() %}
    {{- return('timestamp_tz') -}}
{% endmacro %}

{# A BigQuery timestamp is an instant:
   https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types #}
{% macro bigquery__type_timestamp_zoned() %}
    {{- return('timestamp') -}}
{% endmacro %}

{# A Spark timestamp is an instant:
   https://spark.apache.org/docs/latest/sql-ref-datatypes.html #}
{% macro spark__type_timestamp_zoned() %}
    {{- return('timestamp') -}}
{% endmacro %}
