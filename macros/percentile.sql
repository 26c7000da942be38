{#
    A percentile as an aggregate, interpolated between the two neighbouring
    values ("type 7" in Hyndman and Fan's numbering, the default of R and numpy).

    Call:   select {{ cdp_activate.percentile('order_count', 0.2) }} from buyers
    Output: select percentile_cont(0.2) within group (
                order by cast(order_count as double precision)
            ) from buyers

    The values become binary floating-point numbers first: between decimals some
    warehouses would round the interpolation to the decimals' own scale.
#}
{% macro percentile(expression, fraction) %}
    {{- return(adapter.dispatch('percentile', 'cdp_activate')(
        expression, fraction
    )) -}}
{% endmacro %}

{% macro default__percentile(expression, fraction) %}
    {{- return(
        'percentile_cont(' ~ fraction ~ ') within group (order by cast('
        ~ expression ~ ' as double precision))'
    ) -}}
{% endmacro %}
