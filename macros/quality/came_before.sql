{#
    Whether a customer became known before another; of two at once, the one first
    in the order of names. A circle of recommendations has at least one that leads
    back to somebody known before, so without these there is none.

    Call:  {{ cdp_activate.came_before('referred', 'customers') }}
    Takes: the names of two relations with customer_id and created_at
#}
{% macro came_before(one, other) %}
    {{- return(
        '(' ~ one ~ '.created_at < ' ~ other ~ '.created_at or ('
        ~ one ~ '.created_at = ' ~ other ~ '.created_at and '
        ~ one ~ '.customer_id < ' ~ other ~ '.customer_id))'
    ) -}}
{% endmacro %}
