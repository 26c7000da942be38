{#
    Whether a row of input_orders is a return of its own, a credit note.

    Call: where {{ cdp_activate.is_return('orders') }}

    A cancelled order is none, whatever its amount says.
#}
{% macro is_return(orders) %}
    {{- return(
        '(' ~ cdp_activate.word(orders ~ '.order_kind') ~ " = 'return' or ("
        ~ orders ~ '.order_kind is null and ' ~ orders ~ '.net_amount < 0 and '
        ~ 'coalesce(' ~ cdp_activate.word(orders ~ '.status')
        ~ ", '') <> 'cancelled'))"
    ) -}}
{% endmacro %}
