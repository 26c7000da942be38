{#
    How many days the unit of a variable has, for ages given in days or weeks.

    Call:    {% set days = cdp_activate.days_in(var('cdp_purchase_history_unit')) %}
    Returns: 1 for day, 7 for week
#}
{% macro days_in(unit) %}
    {%- set lengths = {'day': 1, 'week': 7} -%}
    {%- if unit not in lengths -%}
        {{ exceptions.raise_compiler_error(
            "The variable cdp_purchase_history_unit is '" ~ unit
            ~ "': it is day or week."
        ) }}
    {%- endif -%}
    {{ return(lengths[unit]) }}
{% endmacro %}
