{#
    What stands for a time that nobody wrote down and that is surely past, as a
    literal: midnight UTC of 1 January 1970.

    Call: coalesce(created_at, {{ cdp_activate.long_ago() }})
#}
{% macro long_ago() %}
    {{- return(cdp_activate.timestamp_literal(
        modules.datetime.datetime(1970, 1, 1)
    )) -}}
{% endmacro %}
