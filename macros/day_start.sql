{#
    The instant at which a local day begins.

    Call:    {% set instant = cdp_activate.day_start(day, 'America/Havana') %}
    Takes:   a Python date; an IANA zone name
    Returns: a Python datetime in UTC without a zone

    A day begins at its first existing instant: where the clock shows midnight
    twice, at the earlier one; where it jumps over midnight, at the jump.

    The zone's offset from UTC is looked up on both sides of the midnight, 16
    hours away, because no zone was ever further from UTC. Of the two instants
    they propose, those at which the clock really shows midnight count. When there
    is none, the clock jumps somewhere between the two: the search halves that
    span until the jump is found to the second (zones change on whole seconds).
#}
{% macro day_start(day, timezone) %}

    {%- set midnight = modules.datetime.datetime.fromordinal(day.toordinal()) -%}
    {%- set second = modules.datetime.timedelta(seconds=1) -%}

    {%- if day.toordinal() <= 3 -%}
        {{ return(modules.datetime.datetime(1, 1, 1)) }}
    {%- elif day.toordinal() >= 3652057 -%}
        {{ return(midnight) }}
    {%- endif -%}

    {%- set found = namespace(instant=none) -%}
    {%- set proposed = [] -%}
    {%- for hours in [-16, 16] -%}
        {%- set nearby = midnight + hours * 3600 * second -%}
        {%- set offset =
            cdp_activate.to_local_time(nearby, timezone) - nearby -%}
        {%- do proposed.append(midnight - offset) -%}
    {%- endfor -%}

    {%- for instant in proposed | sort | reverse -%}
        {%- if cdp_activate.to_local_time(instant, timezone) == midnight -%}
            {%- set found.instant = instant -%}
        {%- endif -%}
    {%- endfor -%}

    {%- if found.instant is none -%}
        {%- set span = namespace(
            before=proposed | min,
            seconds=((proposed | max) - (proposed | min)).total_seconds() | int
        ) -%}
        {#- A span of a day and more is halved to nothing in 18 steps. -#}
        {%- for step in range(18) if span.seconds > 0 -%}
            {%- set half = span.seconds // 2 -%}
            {%- set middle = span.before + half * second -%}
            {%- if cdp_activate.to_local_time(middle, timezone) >= midnight -%}
                {%- set span.seconds = half -%}
            {%- else -%}
                {%- set span.before = middle + second -%}
                {%- set span.seconds = span.seconds - half - 1 -%}
            {%- endif -%}
        {%- endfor -%}
        {%- set found.instant = span.before -%}
    {%- endif -%}

    {{ return(found.instant) }}

{% endmacro %}
