{#
    A column that carries a time zone, as a timestamp in UTC without one.

    Call:   {{ cdp_activate.utc_timestamp('ordered_at') }}
    Output: cast(ordered_at at time zone 'UTC' as timestamp)

    A plain cast would use the time zone of the session, which is whatever the
    machine or the profile says.
#}
{% macro utc_timestamp(expression) %}
    {{- return(adapter.dispatch('utc_timestamp', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__utc_timestamp(expression) %}
    {{- return(
        'cast(' ~ expression ~ " at time zone 'UTC' as "
        ~ dbt.type_timestamp() ~ ')'
    ) -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/functions/convert_timezone #}
{% macro snowflake__utc_timestamp(expression) %}
    {{- return(
        "cast(convert_timezone('UTC', " ~ expression ~ ') as timestamp_ntz)'
    ) -}}
{% endmacro %}
