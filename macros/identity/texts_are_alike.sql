{#
    Whether two normalised texts could be one, written differently: they share
    their first half or their last half (of the shorter one, two letters at
    least).

    Call: {{ cdp_activate.texts_are_alike('one.first_name', 'other.first_name') }}

    One slip of the pen, wherever it is, leaves one half of a word whole, so what
    differs by one letter too many, too few, wrong or swapped is always alike when
    the slip is not in the middle of it. Only functions that every warehouse has
    are used, so every warehouse gives the same answer. Null when either is null.
#}
{% macro texts_are_alike(one, other) %}
    {%- set half = 'cast(floor(greatest(least(length(' ~ one ~ '), length('
        ~ other ~ ')), 4) / 2.0) as ' ~ dbt.type_int() ~ ')' -%}
    {{- return(
        '(' ~ one ~ ' = ' ~ other ~ ' or left(' ~ one ~ ', ' ~ half
        ~ ') = left(' ~ other ~ ', ' ~ half ~ ') or right(' ~ one ~ ', '
        ~ half ~ ') = right(' ~ other ~ ', ' ~ half ~ '))'
    ) -}}
{% endmacro %}
