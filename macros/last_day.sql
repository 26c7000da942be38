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
    Python date: the variable `cdp_calibration_end`, but no later than the last day
    known, since nobody can have bought after it.
#}
{% macro calibration_end() %}
    {%- set last_day = cdp_activate.last_day() -%}
    {%- set given = var('cdp_calibration_end') -%}
    {%- if not given -%}
        {{ return(last_day) }}
    {%- endif -%}
    {%- set day = cdp_activate.date_of(given | string | trim) -%}
    {%- if day is none -%}
        {{ exceptions.raise_compiler_error(
            "The variable cdp_calibration_end is '" ~ given ~ "', which is not a "
            ~ "date: write it in ISO 8601, for instance 1997-09-30."
        ) }}
    {%- endif -%}
    {{ return([day, last_day] | min) }}
{% endmacro %}
