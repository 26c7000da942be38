{#
    The local date on which a period begins, as a Python date.

    Call:    {% set day = cdp_activate.period_first_day('month', -1, 'UTC') %}
    Takes:   day, week, month, quarter or year; how many periods after (before,
             when negative) the one that contains `as_of`; an IANA zone name
    Returns: date(2026, 10, 1)

    Weeks begin on Monday. What would leave the years 1 to 9999 stops at their
    first or last day.
#}
{% macro period_first_day(unit, offset, timezone) %}

    {%- set clock = cdp_activate.to_local_time(
        cdp_activate.as_of_instant(), timezone
    ) -%}
    {%- set date = modules.datetime.date -%}
    {%- set months = {'month': 1, 'quarter': 3, 'year': 12} -%}

    {%- if unit in months -%}
        {%- set length = months[unit] -%}
        {%- set today = clock.year * 12 + clock.month - 1 -%}
        {%- set first = (today // length + offset) * length -%}
        {%- if first < 12 -%}
            {{ return(date(1, 1, 1)) }}
        {%- elif first >= 120000 -%}
            {{ return(date(9999, 12, 31)) }}
        {%- else -%}
            {{ return(date(first // 12, first % 12 + 1, 1)) }}
        {%- endif -%}
    {%- elif unit in ['day', 'week'] -%}
        {%- if unit == 'day' -%}
            {%- set first = clock.toordinal() + offset -%}
        {%- else -%}
            {%- set first = clock.toordinal() - clock.weekday() + 7 * offset -%}
        {%- endif -%}
        {{ return(date.fromordinal([[first, 1] | max, 3652059] | min)) }}
    {%- else -%}
        {{ exceptions.raise_compiler_error(
            "Unknown period '" ~ unit ~ "': it is one of day, week, month, "
            ~ "quarter and year."
        ) }}
    {%- endif -%}

{% endmacro %}
