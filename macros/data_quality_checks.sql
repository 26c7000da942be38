{#
    What data_quality looks at.

    Call:    {% set checks = cdp_activate.data_quality_checks() %}
    Returns: {subject: [{name, counted, done, to_do}]}, where `counted` is an
             aggregate over the rows of input_<subject>, joined to
             customer_records where they have a customer_id

    A key that several rows have is counted for the rows beyond the first. Events
    and messages are too many for that: the tests of their keys count them.
#}
{% macro data_quality_checks() %}

    {%- set as_of = cdp_activate.as_of() -%}
    {%- set subjects = {
        'customers': ('customer_id', 'created_at'),
        'identities': ('identity_id', 'first_seen_at'),
        'accounts': ('account_id', 'created_at'),
        'account_members': ('account_member_id', 'joined_at'),
        'orders': ('order_id', 'ordered_at'),
        'order_lines': ('order_line_id', none),
        'events': ('event_id', 'occurred_at'),
        'messages': ('message_event_id', 'occurred_at'),
        'tickets': ('ticket_id', 'opened_at'),
        'feedback': ('feedback_id', 'submitted_at'),
        'referrals': ('referral_id', 'referred_at'),
        'consents': ('consent_id', 'recorded_at'),
        'loyalty': ('loyalty_event_id', 'occurred_at'),
        'subscriptions': ('subscription_id', 'started_at'),
        'opportunities': ('opportunity_id', 'created_at'),
        'spend': ('spend_id', none),
        'scores': (none, none),
    } -%}
    {%- set when = 'count(case when {} then 1 end)' -%}
    {%- set checks = {} -%}

    {%- for subject, (key, at) in subjects.items() -%}
        {%- set input = 'input_' ~ subject -%}
        {%- set key = input ~ '.' ~ key if key -%}
        {%- set own = [] -%}
        {%- do checks.update({subject: own}) -%}
        {%- if key -%}
            {%- do own.append({
                'name': 'key_is_missing',
                'counted': when.format(key ~ ' is null'),
                'done': 'left out',
                'to_do': 'give every row a ' ~ key.split('.')[1]
                    ~ ', or leave such rows out of the mapped table',
            }) -%}
        {%- endif -%}
        {%- if key and subject not in ['events', 'messages'] -%}
            {%- do own.append({
                'name': 'key_is_repeated',
                'counted': 'count(' ~ key ~ ') - count(distinct ' ~ key ~ ')',
                'done': 'the latest row of each key was kept',
                'to_do': 'map a table with one row a ' ~ key.split('.')[1],
            }) -%}
        {%- endif -%}
        {%- if at -%}
            {%- set at = input ~ '.' ~ at -%}
            {%- do own.append({
                'name': 'time_is_missing',
                'counted': when.format(at ~ ' is null'),
                'done': 'taken as long ago' if subject in [
                    'customers', 'identities', 'accounts', 'account_members',
                ] else 'left out; a consent that says no counts nevertheless'
                    if subject == 'consents' else 'left out',
                'to_do': 'fill ' ~ at.split('.')[1],
            }) -%}
            {%- do own.append({
                'name': 'time_is_at_or_after_as_of',
                'counted': when.format(at ~ ' >= ' ~ as_of),
                'done': 'left out until that time',
                'to_do': 'expected in a replay; otherwise look for clocks that are '
                    ~ 'wrong and for local times mapped as if they were UTC',
            }) -%}
            {%- do own.append({
                'name': 'time_is_before_1980',
                'counted': when.format(
                    at ~ ' < ' ~ cdp_activate.timestamp_literal(
                        modules.datetime.datetime(1980, 1, 1)
                    )
                ),
                'done': 'kept',
                'to_do': 'look for zeros and empty texts that were read as a time',
            }) -%}
        {%- endif -%}
        {%- if subject not in ['customers', 'accounts', 'order_lines', 'spend'] -%}
            {%- do own.append({
                'name': 'customer_is_unknown',
                'counted': when.format(
                    input ~ '.customer_id is not null and '
                    ~ 'customers.source_customer_id is null'
                ),
                'done': 'kept as a stranger' if subject == 'events'
                    else 'kept without the customer'
                    if subject in ['subscriptions', 'opportunities']
                    else 'left out',
                'to_do': 'add the customers to the mapped table of customers',
            }) -%}
        {%- endif -%}
        {%- if subject in [
            'identities', 'account_members', 'orders', 'messages', 'tickets',
            'feedback', 'referrals', 'consents', 'loyalty', 'scores',
        ] -%}
            {%- do own.append({
                'name': 'customer_is_missing',
                'counted': when.format(input ~ '.customer_id is null'),
                'done': 'left out',
                'to_do': 'fill customer_id where it is known',
            }) -%}
        {%- endif -%}
        {%- if at and subject in [
            'orders', 'events', 'messages', 'tickets', 'feedback', 'referrals',
        ] -%}
            {%- do own.append({
                'name': 'time_is_before_birth',
                'counted': when.format(
                    'customers.birth_date > cast(' ~ at ~ ' as date)'
                ),
                'done': 'kept',
                'to_do': 'one of the two is wrong: look at the customer and at the '
                    ~ 'clock of the source',
            }) -%}
        {%- endif -%}
        {%- if subject in ['events', 'messages'] -%}
            {%- do own.append({
                'name': 'arrived_before_it_happened',
                'counted': when.format(
                    input ~ '.received_at < ' ~ cdp_activate.add_time('minute', -10, at)
                ),
                'done': 'kept',
                'to_do': 'times of different zones are mixed: bring both to UTC '
                    ~ 'before mapping',
            }) -%}
        {%- endif -%}
        {%- do own.extend(cdp_activate.data_quality_of(subject, when)) -%}
    {%- endfor -%}

    {{ return(checks) }}

{% endmacro %}


{# What is looked at in one subject only. #}
{% macro data_quality_of(subject, when) %}

    {%- set known_events = var('cdp_event_names', []) -%}
    {%- set names = [] -%}
    {%- for name in known_events -%}
        {%- do names.append(dbt.string_literal(name)) -%}
    {%- endfor -%}

    {%- if subject == 'customers' -%}
        {{ return([{
            'name': 'changed_before_it_was_known',
            'counted': when.format(
                'input_customers.updated_at < input_customers.created_at'
            ),
            'done': 'kept',
            'to_do': 'times of different zones are mixed: bring both to UTC before '
                ~ 'mapping',
        }]) }}
    {%- elif subject == 'events' -%}
        {{ return([{
            'name': 'name_is_missing',
            'counted': when.format('input_events.event_name is null'),
            'done': 'left out',
            'to_do': 'fill event_name',
        }, {
            'name': 'name_is_not_declared',
            'counted': when.format(
                'input_events.event_name not in (' ~ names | join(', ') ~ ')'
                if names else 'input_events.event_name is not null'
            ),
            'done': 'kept; audiences cannot ask for it',
            'to_do': 'add the name to the variable cdp_event_names, or correct it',
        }]) }}
    {%- elif subject == 'messages' -%}
        {{ return([{
            'name': 'channel_or_event_is_missing',
            'counted': when.format(
                'input_messages.channel is null '
                ~ 'or input_messages.message_event is null'
            ),
            'done': 'left out',
            'to_do': 'fill channel and message_event',
        }]) }}
    {%- elif subject == 'orders' -%}
        {{ return([{
            'name': 'is_a_return',
            'counted': when.format(cdp_activate.is_return('input_orders')),
            'done': 'taken as a refund of the order it names, or of the latest one '
                ~ 'before; see customer_returns',
            'to_do': 'name the order in original_order_id where it is known',
        }, {
            'name': 'refund_or_discount_is_negative',
            'counted': when.format(
                'input_orders.refunded_amount < 0 or input_orders.discount_amount < 0'
            ),
            'done': 'taken as positive',
            'to_do': 'map what was paid back and taken off as positive numbers',
        }, {
            'name': 'refund_is_more_than_was_paid',
            'counted': when.format(
                'input_orders.net_amount >= 0 and '
                ~ 'abs(input_orders.refunded_amount) > input_orders.net_amount'
            ),
            'done': 'kept; the order counts below zero',
            'to_do': 'look for refunds that are recorded twice',
        }, {
            'name': 'currency_is_not_the_usual_one',
            'counted': 'count(input_orders.currency) - coalesce(max('
                ~ 'usual.currency_count), 0)',
            'done': 'kept; amounts are added as if they were one currency',
            'to_do': 'convert amounts to one currency before mapping',
        }]) }}
    {%- elif subject == 'order_lines' -%}
        {{ return([{
            'name': 'amount_or_quantity_is_negative',
            'counted': when.format(
                'input_order_lines.quantity < 0 or input_order_lines.net_amount < 0'
            ),
            'done': 'left out of customer_order_lines: see customer_returned_lines',
            'to_do': 'nothing, when these are returns',
        }]) }}
    {%- elif subject == 'referrals' -%}
        {{ return([{
            'name': 'is_of_oneself',
            'counted': when.format(
                'customers.customer_id = referred.customer_id'
            ),
            'done': 'left out',
            'to_do': 'look for abuse of rewards; two ids of one person count as one',
        }, {
            'name': 'is_circular',
            'counted': when.format(
                'customers.customer_id <> referred.customer_id and '
                ~ cdp_activate.came_before('referred', 'customers')
            ),
            'done': 'kept as a recommendation of which nobody came: whoever was '
                ~ 'referred had been known before',
            'to_do': 'look which of the two recommended the other first',
        }]) }}
    {%- elif subject == 'subscriptions' -%}
        {{ return([{
            'name': 'belongs_to_nobody',
            'counted': when.format(
                'input_subscriptions.customer_id is null '
                ~ 'and input_subscriptions.account_id is null'
            ),
            'done': 'left out',
            'to_do': 'fill customer_id or account_id',
        }]) }}
    {%- elif subject == 'consents' -%}
        {{ return([{
            'name': 'status_is_not_known',
            'counted': when.format(
                "coalesce(lower(trim(input_consents.status)), 'x') "
                ~ "not in ('granted', 'withdrawn')"
            ),
            'done': 'taken as no',
            'to_do': 'map the status to granted or withdrawn',
        }]) }}
    {%- elif subject == 'scores' -%}
        {{ return([{
            'name': 'score_or_its_name_is_missing',
            'counted': when.format(
                'input_scores.score is null or input_scores.score_name is null'
            ),
            'done': 'left out',
            'to_do': 'fill score_name and score, or leave out whom the model could '
                ~ 'not judge',
        }, {
            'name': 'probability_is_not_from_0_to_1',
            'counted': when.format(
                "input_scores.score_name in ('churn_probability', "
                ~ "'probability_alive') and (input_scores.score < 0 "
                ~ 'or input_scores.score > 1)'
            ),
            'done': 'left out',
            'to_do': 'write probabilities as shares, 0.25 and not 25',
        }, {
            'name': 'prediction_is_negative',
            'counted': when.format(
                "input_scores.score_name in ('expected_purchases', "
                ~ "'expected_value') and input_scores.score < 0"
            ),
            'done': 'kept',
            'to_do': 'look at the model: nobody is expected to buy less than nothing',
        }, {
            'name': 'time_is_at_or_after_as_of',
            'counted': when.format(
                'input_scores.scored_at >= ' ~ cdp_activate.as_of()
            ),
            'done': 'left out until that time',
            'to_do': 'expected in a replay; otherwise look for clocks that are '
                ~ 'wrong and for local times mapped as if they were UTC',
        }]) }}
    {%- elif subject == 'identities' -%}
        {{ return([{
            'name': 'identifier_is_missing',
            'counted': when.format(
                "coalesce(trim(input_identities.identifier), '') = '' "
                ~ 'or input_identities.identifier_type is null'
            ),
            'done': 'left out',
            'to_do': 'fill identifier and identifier_type',
        }]) }}
    {%- endif -%}

    {{ return([]) }}

{% endmacro %}


{#
    Whether a row of input_orders is a return of its own, a credit note.

    Call: where {{ cdp_activate.is_return('orders') }}

    A cancelled order is none, whatever its amount says.
#}
{% macro is_return(orders) %}
    {{- return(
        "(lower(trim(" ~ orders ~ ".order_kind)) = 'return' or ("
        ~ orders ~ '.order_kind is null and ' ~ orders ~ '.net_amount < 0 and '
        ~ 'coalesce(lower(trim(' ~ orders ~ ".status)), '') <> 'cancelled'))"
    ) -}}
{% endmacro %}


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
