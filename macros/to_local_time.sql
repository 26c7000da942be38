{#
    The wall clock in a time zone at an instant.

    Call:    {% set clock = cdp_activate.to_local_time(instant, 'Europe/Berlin') %}
    Takes:   a Python datetime in UTC without a zone; an IANA zone name
    Returns: a Python datetime without a zone

    Within two days of either end of the calendar (years 1 and 9999) a zone could
    lead out of it, so there the clock is that of UTC.
#}
{% macro to_local_time(instant, timezone) %}

    {%- if timezone not in modules.pytz.all_timezones_set -%}
        {{ exceptions.raise_compiler_error(
            "Unknown time zone '" ~ timezone ~ "': write an IANA name, for "
            ~ "instance Asia/Ho_Chi_Minh, Europe/Berlin or UTC."
        ) }}
    {%- endif -%}

    {%- if 2 < instant.toordinal() < 3652058 -%}
        {{ return(
            modules.pytz.utc.localize(instant)
            .astimezone(modules.pytz.timezone(timezone))
            .replace(tzinfo=none)
        ) }}
    {%- else -%}
        {{ return(instant) }}
    {%- endif -%}

{% endmacro %}
