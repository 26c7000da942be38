{#
    A time, or null where it is infinite: PostgreSQL and DuckDB have times that are
    later and earlier than all others, which no calendar can count with.

    Call:   {{ cdp_activate.finite_time('"ended_at"', 'cast("ended_at" as timestamp)') }}
    Takes:  a column of times; what to make of it
    Output: case when isfinite("ended_at") then cast("ended_at" as timestamp) end
#}
{% macro finite_time(column, value) %}
    {{- return(adapter.dispatch('finite_time', 'cdp_activate')(column, value)) -}}
{% endmacro %}

{% macro default__finite_time(column, value) %}
    {{- return(value) -}}
{% endmacro %}

{# https://duckdb.org/docs/stable/sql/functions/timestamp #}
{% macro duckdb__finite_time(column, value) %}
    {{- return('case when isfinite(' ~ column ~ ') then ' ~ value ~ ' end') -}}
{% endmacro %}

{# https://www.postgresql.org/docs/current/functions-datetime.html #}
{% macro postgres__finite_time(column, value) %}
    {{- return('case when isfinite(' ~ column ~ ') then ' ~ value ~ ' end') -}}
{% endmacro %}
