{#
    The local date of `as_of`, `days` later (earlier, when negative), as a literal.

    Call:   where renewal_date < {{ cdp_activate.local_date(30, 'Asia/Ho_Chi_Minh') }}
    Output: where renewal_date < cast('2026-12-22' as date)

    `zoned` is taken so that callers may pass it alike; a date has no zone.
#}
{% macro local_date(days, timezone, zoned=false) %}
    {{- return(cdp_activate.period_date('day', days, timezone)) -}}
{% endmacro %}
