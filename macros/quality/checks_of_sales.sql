{# What is looked at in the subjects about sales. #}
{% macro checks_of_sales(subject) %}

    {%- set as_of = cdp_activate.as_of() -%}

    {%- if subject == 'orders' -%}
    {{ return([
        cdp_activate.check_of(
            'is_a_return',
            cdp_activate.is_return('input_orders'),
            'taken as a refund of the order it names, or of the latest '
                ~ 'one before; see customer_returns',
            'name the order in original_order_id where it is known',
        ),
        {
            'name': 'return_is_of_no_order',
            'counted': '(select count(*) from ' ~ ref('customer_returns')
                ~ ' where order_id is null)',
            'done': 'kept in customer_returns; lowers the value of nothing',
            'to_do': 'add the order to the mapped table, or correct original_order_id '
                ~ 'and the customer',
        },
        cdp_activate.check_of(
            'amount_is_missing',
            'input_orders.net_amount is null',
            'kept; counts as an order of no value',
            'fill net_amount',
        ),
        cdp_activate.check_of(
            'refund_or_discount_is_negative',
            'input_orders.refunded_amount < 0 or '
                ~ 'input_orders.discount_amount < 0',
            'taken as positive',
            'map what was paid back and taken off as positive numbers',
        ),
        {
            'name': 'refund_is_more_than_was_paid',
            'counted': '(select count(*) from ' ~ ref('customer_orders')
                ~ ' where net_amount >= 0 and refunded_amount > net_amount)',
            'done': 'kept, returns included; the order counts below zero',
            'to_do': 'look for refunds and returns that are recorded twice',
        },
        {
            'name': 'returned_and_not_refunded',
            'counted': '(select count(*) from ' ~ ref('customer_orders')
                ~ " where status = 'returned' and net_amount > 0 and "
                ~ 'refunded_amount = 0 and order_id not in (select order_id from '
                ~ ref('input_orders')
                ~ ' where order_id is not null and refunded_amount <> 0))',
            'done': 'kept with its full value: money says what came back, not the status',
            'to_do': 'fill refunded_amount and refunded_at, or map the return as an order '
                ~ 'of the kind return',
        },
        cdp_activate.check_of(
            'time_of_refund_is_missing',
            'input_orders.refunded_at is null and input_orders.refunded_amount <> 0',
            'kept; lowers the value of the order, and is no touchpoint',
            'fill refunded_at where something was paid back',
        ),
        cdp_activate.check_of(
            'refunded_before_it_was_ordered',
            'input_orders.refunded_at < input_orders.ordered_at',
            'kept',
            'times of different zones are mixed: bring both to UTC before'
                ~ ' mapping',
        ),
        cdp_activate.check_of(
            'status_is_not_known',
            cdp_activate.word('input_orders.status') ~ " not in ('placed', "
                ~ "'shipped', 'completed', 'cancelled', 'returned')",
            'kept as a purchase',
            'map the status to placed, shipped, completed, cancelled or '
                ~ 'returned',
        ),
        cdp_activate.check_of(
            'kind_is_not_known',
            cdp_activate.word('input_orders.order_kind') ~ " not in ('sale', "
                ~ "'return')",
            'taken as a sale',
            'map order_kind to sale or return, or leave it empty',
        ),
        cdp_activate.check_of(
            'channel_is_not_known',
            cdp_activate.word('input_orders.channel') ~ " not in ('online', 'shop')",
            'kept; counts as neither online nor shop',
            'map the channel of orders to online or shop',
        ),
        cdp_activate.check_of(
            'currency_is_missing',
            'input_orders.currency is null and usual.currency_count >'
                ~ ' 0',
            'kept; the amount is added as if it were of the usual '
                ~ 'currency',
            'fill currency, or convert amounts to one currency before '
                ~ 'mapping',
        ),
        {
            'name': 'currency_is_not_the_usual_one',
            'counted': 'count(input_orders.currency) - '
                ~ 'coalesce(max(usual.currency_count), 0)',
            'done': 'kept; amounts are added as if they were one currency',
            'to_do': 'convert amounts to one currency before mapping',
        },
    ]) }}
    {%- elif subject == 'order_lines' -%}
    {{ return([
        cdp_activate.check_of(
            'order_is_missing',
            'input_order_lines.order_id is null',
            'left out',
            'fill order_id',
        ),
        cdp_activate.check_of(
            'order_is_unknown',
            'input_order_lines.order_id is not null and '
                ~ 'orders.order_id is null',
            'left out, as the order is',
            'add the orders to the mapped table of orders; where they are'
                ~ ' there, look at the checks of orders',
        ),
        cdp_activate.check_of(
            'amount_or_quantity_is_negative',
            'input_order_lines.quantity < 0 or '
                ~ 'input_order_lines.net_amount < 0',
            'left out of customer_order_lines: see '
                ~ 'customer_returned_lines',
            'nothing, when these are returns',
        ),
        cdp_activate.check_of(
            'amount_is_missing',
            'input_order_lines.net_amount is null',
            'kept; counts as a line of no value',
            'fill net_amount',
        ),
        cdp_activate.check_of(
            'product_is_missing',
            'input_order_lines.product_id is null',
            'kept; is bought together with nothing',
            'fill product_id',
        ),
    ]) }}
    {%- elif subject == 'spend' -%}
    {{ return([
        cdp_activate.check_of(
            'day_is_not_over',
            'input_spend.spent_on = cast(' ~ as_of ~ ' as date)',
            'left out until it is',
            'nothing: a day is complete when it is over',
        ),
        cdp_activate.check_of(
            'channel_is_missing',
            'input_spend.channel is null',
            'kept; is shared out to no channel',
            'fill channel, in the words of events and messages',
        ),
        cdp_activate.check_of(
            'amount_is_missing',
            'input_spend.amount is null',
            'kept; counts as nothing spent',
            'fill amount',
        ),
        cdp_activate.check_of(
            'clicks_are_negative_or_more_than_impressions',
            'input_spend.clicks < 0 or input_spend.impressions < 0 or'
                ~ ' input_spend.clicks > input_spend.impressions',
            'kept',
            'look whether columns are mixed up',
        ),
    ]) }}
    {%- endif -%}

    {{ return([]) }}

{% endmacro %}
