{#
    A number, or null where it is none: numeric columns of PostgreSQL may hold NaN,
    which is larger than all numbers and makes every sum that it is in NaN too.

    Call:   {{ cdp_activate.finite_number('cast("amount" as numeric(18,2))') }}
    Output: nullif(cast("amount" as numeric(18,2)), 'NaN')
#}
{% macro finite_number(value) %}
    {{- return(adapter.dispatch('finite_number', 'cdp_activate')(value)) -}}
{% endmacro %}

{% macro default__finite_number(value) %}
    {{- return(value) -}}
{% endmacro %}

{# https://www.postgresql.org/docs/current/datatype-numeric.html #}
{% macro postgres__finite_number(value) %}
    {{- return('nullif(' ~ value ~ ", 'NaN')") -}}
{% endmacro %}


{# Whether a type of numbers, which are of the size wanted, may hold what is none. #}
{% macro may_be_no_number(type) %}
    {{- return(adapter.dispatch('may_be_no_number', 'cdp_activate')(type)) -}}
{% endmacro %}

{% macro default__may_be_no_number(type) %}
    {{- return(false) -}}
{% endmacro %}

{% macro postgres__may_be_no_number(type) %}
    {{- return('numeric' in type | lower) -}}
{% endmacro %}
