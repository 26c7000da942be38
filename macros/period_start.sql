{#
    The instant at which a local period begins, as a literal in UTC: the period
    that contains `as_of`, or the one `offset` periods later (earlier, when
    negative).

    Call:   where ordered_at >= {{ cdp_activate.period_start('month', 0, 'Europe/Berlin') }}
    Output: where ordered_at >= cast('2026-10-31 23:00:00' as timestamp)

    `zoned=true` gives the type with a time zone, for columns that carry one.
#}
{% macro period_start(unit, offset, timezone, zoned=false) %}

    {%- set day = cdp_activate.period_first_day(unit, offset, timezone) -%}
    {%- set instant = cdp_activate.day_start(day, timezone) -%}

    {#- The calendar's last day is where what leads out of it stops, and that is
        later than everything. -#}
    {%- if day.toordinal() == 3652059 -%}
        {%- set instant =
            modules.datetime.datetime(9999, 12, 31, 23, 59, 59, 999999) -%}
    {%- endif -%}

    {{- return(cdp_activate.timestamp_literal(instant, zoned)) -}}

{% endmacro %}
