{#
    The last UTC day of which anything is known at `as_of`, as a Python date: the
    one before, when `as_of` is midnight.
#}
{% macro last_day() %}
    {%- set moment = modules.datetime.timedelta(microseconds=1) -%}
    {{ return((cdp_activate.as_of_instant() - moment).date()) }}
{% endmacro %}

{#
    The last day from which `customer_purchase_history` counts purchases, as a
    Python date: the variable `cdp_calibration_end`, else the last day known.
#}
{% macro calibration_end() %}
    {%- set given = var('cdp_calibration_end') -%}
    {%- if not given -%}
        {{ return(cdp_activate.last_day()) }}
    {%- endif -%}
    {%- set text = given | string | trim -%}
    {%- set shape =
        '^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' -%}
    {%- if not modules.re.match(shape, text) -%}
        {{ exceptions.raise_compiler_error(
            "The variable cdp_calibration_end is '" ~ text ~ "', which is not a "
            ~ "date: write it in ISO 8601, for instance 1997-09-30."
        ) }}
    {%- endif -%}
    {{ return(modules.datetime.date.fromisoformat(text)) }}
{% endmacro %}
