{#
    A Python datetime (UTC, without a zone) as a SQL literal.

    Call:   {{ cdp_activate.timestamp_literal(instant) }}
    Output: cast('2026-11-21 21:41:00' as timestamp)

    `zoned=true`: cast('2026-11-21 21:41:00+00:00' as timestamp with time zone)
#}
{% macro timestamp_literal(instant, zoned=false) %}
    {{- return(adapter.dispatch('timestamp_literal', 'cdp_activate')(
        instant, zoned
    )) -}}
{% endmacro %}

{% macro default__timestamp_literal(instant, zoned) %}
    {%- set text = instant.isoformat(sep=' ') -%}
    {%- if zoned -%}
        {{- return(
            "cast('" ~ text ~ "+00:00' as "
            ~ cdp_activate.type_timestamp_zoned() ~ ")"
        ) -}}
    {%- else -%}
        {{- return("cast('" ~ text ~ "' as " ~ dbt.type_timestamp() ~ ")") -}}
    {%- endif -%}
{% endmacro %}
