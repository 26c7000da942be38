{#
    Whether an order of `customer_orders` is a purchase: all but cancelled ones.
    An order without a status counts.

    Call:   where {{ cdp_activate.is_purchase() }}
    Output: where (status is null or status <> 'cancelled')

    What is sent back stays a purchase: its money is taken off, not the visit.
#}
{% macro is_purchase() %}
    {{- return("(status is null or status <> 'cancelled')") -}}
{% endmacro %}

{#
    Whether a row of `orders_as_of` is a sign that the customer is there, for
    cohorts, retention and churn: purchases, and cancelled orders and returns too
    when the variable `cdp_cancelled_orders_are_activity` says so.
#}
{% macro is_activity() %}
    {%- if var('cdp_cancelled_orders_are_activity') -%}
        {{- return('1 = 1') -}}
    {%- endif -%}
    {{- return('(not is_return and ' ~ cdp_activate.is_purchase() ~ ')') -}}
{% endmacro %}
