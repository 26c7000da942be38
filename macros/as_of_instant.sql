{#
    The instant at which everything is judged, as a Python datetime in UTC
    without a zone, truncated to microseconds: as given (ISO 8601; without an
    offset it is UTC), else the start of the run.

    Call:    {% set now = cdp_activate.as_of_instant() %}
    Returns: datetime(2026, 11, 21, 21, 41)

    The start of the run is one value for the whole invocation, so all models of
    a build agree on it however long the build takes.
#}
{% macro as_of_instant() %}

    {%- set given = cdp_activate.given_as_of() -%}

    {%- if given is none -%}
        {%- set instant = run_started_at -%}
    {%- else -%}
        {%- set text = given | string | trim -%}
        {%- set shape = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])'
            ~ '([T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
            ~ ' ?(Z|z|[+-][0-9]{2}:?[0-9]{2})?)?$' -%}
        {%- if not modules.re.match(shape, text)
            or cdp_activate.date_of(text[:10]) is none -%}
            {{ exceptions.raise_compiler_error(
                "The variable cdp_as_of (or CDP_AS_OF of the environment) is '"
                ~ text ~ "', which is not a date or a time: write it in ISO "
                ~ "8601, for instance 2026-11-21 or 2026-11-21T21:41:00+07:00."
            ) }}
        {%- endif -%}
        {#- Times are compared at microseconds: further digits are cut off. -#}
        {%- set text = modules.re.sub('([.][0-9]{6})[0-9]+', '\\1', text) -%}
        {%- set text = modules.re.sub(' ?[Zz]$', '+00:00', text) -%}
        {%- set text = modules.re.sub(
            ' ?([+-][0-9]{2}):?([0-9]{2})$', '\\1:\\2', text
        ) -%}
        {%- set instant = modules.datetime.datetime.fromisoformat(text) -%}
    {%- endif -%}

    {%- if instant.tzinfo is not none -%}
        {%- set instant =
            instant.astimezone(modules.pytz.utc).replace(tzinfo=none) -%}
    {%- endif -%}

    {{ return(instant) }}

{% endmacro %}
