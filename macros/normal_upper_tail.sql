{#
    The probability that a standard normal variable exceeds `z`, which is a column
    of type double that is not negative; null when that is null.

    Call:   2 * {{ cdp_activate.normal_upper_tail('z') }}
    Output: 2 * case when z < 2.5 then 0.5 - ... else ... end

    No warehouse has this function under a common name. Below 2.5 the power series
    26.2.11 of Abramowitz and Stegun's Handbook of Mathematical Functions, above it
    the continued fraction 26.2.14, as many terms of each as ten digits need.
    Beyond 37 the result is no longer a number that binary floating point can hold:
    37 is taken.
#}
{% macro normal_upper_tail(z) %}
    {%- set series = namespace(sql='1') -%}
    {%- for divisor in range(61, 2, -2) -%}
        {%- set series.sql =
            '(1 + ' ~ z ~ ' * ' ~ z ~ ' / ' ~ divisor ~ ' * ' ~ series.sql ~ ')' -%}
    {%- endfor -%}
    {%- set x = '(case when ' ~ z ~ ' > 37 then 37 else ' ~ z ~ ' end)' -%}
    {%- set fraction = namespace(sql=x) -%}
    {%- for numerator in range(40, 0, -1) -%}
        {%- set fraction.sql =
            '(' ~ x ~ ' + ' ~ numerator ~ ' / ' ~ fraction.sql ~ ')' -%}
    {%- endfor -%}
    {%- set density =
        '0.3989422804014327 * exp(-0.5 * ' ~ x ~ ' * ' ~ x ~ ')' -%}
    {{- return(
        'case when ' ~ z ~ ' < 2.5 then 0.5 - ' ~ density ~ ' * ' ~ z ~ ' * '
        ~ series.sql ~ ' else ' ~ density ~ ' / ' ~ fraction.sql ~ ' end'
    ) -}}
{% endmacro %}
