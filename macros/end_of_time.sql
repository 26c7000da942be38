{#
    The last instant of the calendar as a literal: what never ends, ends here.

    Call:   coalesce(closed_at, {{ cdp_activate.end_of_time() }})
    Output: coalesce(closed_at, cast('9999-12-31 23:59:59.999999' as timestamp))
#}
{% macro end_of_time() %}
    {{- return(cdp_activate.timestamp_literal(
        modules.datetime.datetime(9999, 12, 31, 23, 59, 59, 999999)
    )) -}}
{% endmacro %}
