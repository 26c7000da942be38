{#
    An expression in another type; to a number with digits behind the point, it is
    rounded to them.

    Call:   {{ cdp_activate.cast_as('sum(amount)', 'numeric(18, 2)') }}
    Output: cast(sum(amount) as numeric(18, 2))

    BigQuery has one size of numeric, with nine digits behind the point, and refuses
    any other in a cast; contracts say `numeric` there.
#}
{% macro cast_as(expression, type) %}
    {{- return(adapter.dispatch('cast_as', 'cdp_activate')(expression, type)) -}}
{% endmacro %}

{% macro default__cast_as(expression, type) %}
    {{- return('cast(' ~ expression ~ ' as ' ~ type ~ ')') -}}
{% endmacro %}

{# https://cloud.google.com/bigquery/docs/reference/standard-sql/data-types#parameterized_data_types #}
{% macro bigquery__cast_as(expression, type) %}
    {{- return(cdp_activate.rounded_numeric('cast', expression, type)) -}}
{% endmacro %}


{# BigQuery's `cast` or `safe_cast`, with the digits that a type names. #}
{% macro rounded_numeric(cast, expression, type) %}
    {%- set plain = cast ~ '(' ~ expression ~ ' as ' ~ type.split('(')[0] ~ ')' -%}
    {{- return(
        'round(' ~ plain ~ ', ' ~ type.split(',')[1].strip(' )') ~ ')'
        if ',' in type else plain
    ) -}}
{% endmacro %}
