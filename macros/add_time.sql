{#
    An instant or a date, so many units later (earlier, when negative), as a
    timestamp; null when either is null.

    Call:   {{ cdp_activate.add_time('day', 30, 'ordered_at') }}
    Takes:  minute, hour, day, week, month, quarter or year; a whole number, as a
            literal or as SQL; a timestamp or a date as SQL

    dbt's own is taken where it does that. On Spark it stops at nulls and drops
    parts of seconds; on BigQuery it gives a datetime, which cannot be compared
    with a timestamp.
#}
{% macro add_time(unit, count, expression) %}
    {{- return(adapter.dispatch('add_time', 'cdp_activate')(
        unit, count, expression
    )) -}}
{% endmacro %}

{% macro default__add_time(unit, count, expression) %}
    {{- return(dbt.dateadd(unit, count, expression)) -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/api/sql/#timestampadd #}
{% macro spark__add_time(unit, count, expression) %}
    {{- return(
        'timestampadd(' ~ unit ~ ', cast(' ~ count ~ ' as int), ' ~ expression ~ ')'
    ) -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/datetime_functions #}
{% macro bigquery__add_time(unit, count, expression) %}
    {{- return(
        'cast(datetime_add(cast(' ~ expression ~ ' as datetime), interval cast('
        ~ count ~ ' as int64) ' ~ unit ~ ') as timestamp)'
    ) -}}
{% endmacro %}
