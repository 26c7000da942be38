{#
    The instant at which everything is judged, `seconds` later (or earlier, when
    negative; fractions count), as a literal. What would leave the years 1 to
    9999 stops at their edge.

    Call:   where occurred_at < {{ cdp_activate.as_of() }}
    Output: where occurred_at < cast('2026-11-21 21:41:00' as timestamp)

    `zoned=true` gives the type with a time zone, for columns that carry one.
#}
{% macro as_of(seconds=0, zoned=false) %}

    {%- set instant = cdp_activate.as_of_instant() -%}
    {%- set earliest = modules.datetime.datetime(1, 1, 1) -%}
    {%- set latest =
        modules.datetime.datetime(9999, 12, 31, 23, 59, 59, 999999) -%}

    {%- if seconds >= (latest - instant).total_seconds() -%}
        {%- set shifted = latest -%}
    {%- elif seconds <= (earliest - instant).total_seconds() -%}
        {%- set shifted = earliest -%}
    {%- else -%}
        {%- set shifted =
            instant + modules.datetime.timedelta(seconds=seconds) -%}
    {%- endif -%}

    {{- return(cdp_activate.timestamp_literal(shifted, zoned)) -}}

{% endmacro %}
