{#
    The day that a text names in ISO 8601, as a Python date; none when it names none.

    Call:    {% set day = cdp_activate.date_of('2026-02-28') %}
    Returns: date(2026, 2, 28)
#}
{% macro date_of(text) %}
    {%- set shape = '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' -%}
    {%- if not modules.re.match(shape, text) or text.startswith('0000') -%}
        {{ return(none) }}
    {%- endif -%}
    {%- set year, month, day = text.split('-') | map('int') -%}
    {#- Counted from the first, since a template cannot catch what Python raises. -#}
    {%- set found = modules.datetime.date(year, month, 1)
        + modules.datetime.timedelta(days=day - 1) -%}
    {{ return(found if found.month == month else none) }}
{% endmacro %}
