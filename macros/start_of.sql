{#
    The date on which the day, week, month, quarter or year of an instant or a date
    began. Weeks begin on Monday.

    Call:   {{ cdp_activate.start_of('month', 'ordered_on') }}
    Output: cast(date_trunc('month', ordered_on) as date)
#}
{% macro start_of(unit, expression) %}
    {{- return(adapter.dispatch('start_of', 'cdp_activate')(
        unit, expression
    )) -}}
{% endmacro %}

{% macro default__start_of(unit, expression) %}
    {{- return('cast(' ~ dbt.date_trunc(unit, expression) ~ ' as date)') -}}
{% endmacro %}

{# A parameter of the account says there when a week begins:
   https://docs.snowflake.com/en/sql-reference/functions-date-time#calendar-weeks-and-weekdays #}
{% macro snowflake__start_of(unit, expression) %}
    {%- if unit == 'week' -%}
        {{- return(
            'dateadd(day, 1 - dayofweekiso(' ~ expression ~ '), cast(' ~ expression
            ~ ' as date))'
        ) -}}
    {%- endif -%}
    {{- return(cdp_activate.default__start_of(unit, expression)) -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/date_functions #}
{% macro bigquery__start_of(unit, expression) %}
    {{- return(
        'cast(date_trunc(cast(' ~ expression ~ ' as date), '
        ~ ('isoweek' if unit == 'week' else unit) ~ ') as date)'
    ) -}}
{% endmacro %}
