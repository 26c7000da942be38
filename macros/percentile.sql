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

{# percentile_cont is only a window function there, and no array of a group can be
   unnested beside the group: the two neighbours are taken out of the sorted array.
   https://cloud.google.com/bigquery/docs/reference/standard-sql/navigation_functions #}
{% macro bigquery__percentile(expression, fraction) %}
    {%- set place = '(count(' ~ expression ~ ') - 1) * ' ~ fraction -%}
    {%- set number = 'cast(' ~ expression ~ ' as float64)' -%}
    {%- set sorted = 'array_agg(' ~ number ~ ' ignore nulls order by ' ~ number ~ ')' -%}
    {%- set neighbours = [] -%}
    {%- for side in ['floor', 'ceil'] -%}
        {%- do neighbours.append(
            sorted ~ '[safe_offset(cast(' ~ side ~ '(' ~ place ~ ') as int64))]'
        ) -%}
    {%- endfor -%}
    {{- return(
        '(' ~ neighbours[0] ~ ' + (' ~ neighbours[1] ~ ' - ' ~ neighbours[0]
        ~ ') * (' ~ place ~ ' - floor(' ~ place ~ ')))'
    ) -}}
{% endmacro %}
