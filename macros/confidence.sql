{#
    How many standard errors a two-sided interval of the confidence in the variable
    `cdp_confidence` reaches to each side.

    Call:    {% set z = cdp_activate.confidence_z() %}
    Returns: 1.959963984540054
#}
{% macro confidence_z() %}
    {%- set quantiles = {
        '0.8': 1.2815515655446004,
        '0.9': 1.6448536269514722,
        '0.95': 1.959963984540054,
        '0.99': 2.5758293035489004,
        '0.999': 3.2905267314919255,
    } -%}
    {%- set confidence = var('cdp_confidence') | float | string -%}
    {%- if confidence not in quantiles -%}
        {{ exceptions.raise_compiler_error(
            "The variable cdp_confidence is '" ~ var('cdp_confidence')
            ~ "': it is one of " ~ quantiles | join(', ') ~ "."
        ) }}
    {%- endif -%}
    {{ return(quantiles[confidence]) }}
{% endmacro %}

{#
    The same for Student's t, whose degrees of freedom are a column: the expansion
    26.7.5 of Abramowitz and Stegun's Handbook of Mathematical Functions.
    It is right to three digits from five degrees on.

    Call:   {{ cdp_activate.confidence_t('degrees') }}
    Output: (1.96 + 2.372 / degrees + 2.822 / power(degrees, 2) + ...)
#}
{% macro confidence_t(degrees) %}
    {%- set z = cdp_activate.confidence_z() -%}
    {%- set terms = [
        (z ** 3 + z) / 4,
        (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96,
        (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384,
        (79 * z ** 9 + 776 * z ** 7 + 1482 * z ** 5 - 1920 * z ** 3 - 945 * z)
        / 92160,
    ] -%}
    {%- set sum = namespace(sql=z | string) -%}
    {%- for term in terms -%}
        {%- set sum.sql = sum.sql ~ ' + ' ~ term ~ ' / power(' ~ degrees ~ ', '
            ~ loop.index ~ ')' -%}
    {%- endfor -%}
    {{- return('(' ~ sum.sql ~ ')') -}}
{% endmacro %}
