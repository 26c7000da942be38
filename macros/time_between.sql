{#
    How many times a unit begins after `first` and up to `second`, as a whole
    number; null when either is null. Weeks begin on Monday.

    Call:   {{ cdp_activate.time_between('created_at', 'ordered_at', 'day') }}
    Takes:  timestamps or dates as SQL; second, day, week, month, quarter or year

    dbt's own is taken where it does that. On Spark it stops at nulls; BigQuery's
    weeks begin on Sunday, Snowflake's on the day that the account says.
#}
{% macro time_between(first, second, unit) %}
    {{- return(adapter.dispatch('time_between', 'cdp_activate')(
        first, second, unit
    )) -}}
{% endmacro %}

{% macro default__time_between(first, second, unit) %}
    {{- return(dbt.datediff(first, second, unit)) -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/sql-ref-functions-builtin.html #}
{% macro spark__time_between(first, second, unit) %}
    {%- set numbers = {
        'second': 'unix_seconds(cast({} as timestamp))',
        'day': 'unix_date(cast({} as date))',
        'week': "unix_date(cast(date_trunc('week', {}) as date)) div 7",
        'month': '(year({0}) * 12 + month({0}))',
        'quarter': '(year({0}) * 4 + quarter({0}))',
        'year': 'year({})',
    } -%}
    {{- return(
        '(' ~ numbers[unit].format(second) ~ ' - ' ~ numbers[unit].format(first)
        ~ ')'
    ) -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/functions-date-time#calendar-weeks-and-weekdays #}
{% macro snowflake__time_between(first, second, unit) %}
    {%- if unit == 'week' -%}
        {{- return('cast(' ~ dbt.datediff(
            cdp_activate.start_of('week', first),
            cdp_activate.start_of('week', second), 'day'
        ) ~ ' / 7 as ' ~ dbt.type_int() ~ ')') -}}
    {%- endif -%}
    {{- return(dbt.datediff(first, second, unit)) -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/datetime_functions #}
{% macro bigquery__time_between(first, second, unit) %}
    {{- return(
        'datetime_diff(cast(' ~ second ~ ' as datetime), cast(' ~ first
        ~ ' as datetime), ' ~ ('isoweek' if unit == 'week' else unit) ~ ')'
    ) -}}
{% endmacro %}
