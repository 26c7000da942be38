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
        ~ expression ~ ' as ' ~ cdp_activate.type_double() ~ '))'
    ) -}}
{% endmacro %}

{# percentile_cont is only a window function there:
   https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions #}
{% macro bigquery__percentile(expression, fraction) %}
    {{- return(
        '(select percentile_cont(number, ' ~ fraction ~ ') over () from unnest('
        ~ 'array_agg(cast(' ~ expression ~ ' as float64) ignore nulls)) as number '
        ~ 'limit 1)'
    ) -}}
{% endmacro %}
