{#
    Whether two values are equal, null being equal to null.

    Call: {{ cdp_activate.same_or_both_null('one.name', 'other.name') }}

    Written so that a join on it stays a hash join on every warehouse: names and
    dates are never the empty text.
#}
{% macro same_or_both_null(one, other) %}
    {{- return("coalesce(" ~ one ~ ", '') = coalesce(" ~ other ~ ", '')") -}}
{% endmacro %}
