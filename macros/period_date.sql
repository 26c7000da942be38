{#
    The local date on which a period begins, as a literal, for columns that are
    dates without a time.

    Call:   where birth_date >= {{ cdp_activate.period_date('month', 0, 'UTC') }}
    Output: where birth_date >= cast('2026-11-01' as date)

    `zoned` is taken so that callers may pass it alike; a date has no zone.
#}
{% macro period_date(unit, offset, timezone, zoned=false) %}
    {{- return(cdp_activate.date_literal(
        cdp_activate.period_first_day(unit, offset, timezone)
    )) -}}
{% endmacro %}
