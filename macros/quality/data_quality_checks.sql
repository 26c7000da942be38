{#
    What data_quality looks at.

    Call:    {% set checks = cdp_activate.data_quality_checks() %}
    Returns: {subject: [{name, counted, done, to_do}]}, where `counted` is an
             aggregate over the rows of input_<subject>, joined to
             customer_records where they have a customer_id

    A key that several rows have is counted for the rows beyond the first. Its check
    names the `key`: copies are counted once, in copies_of_<subject>. The last
    check of each subject counts, once each, the rows that are in no fact: those
    and the rows of the facts add up to the rows of the input.
#}
{% macro data_quality_checks() %}

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
        'spend': ('spend_id', 'spent_on'),
        'scores': (none, 'scored_at'),
        'experiments': ('assignment_id', 'assigned_at'),
    } -%}
    {%- set checks = {} -%}
    {%- for subject, (key, at) in subjects.items() -%}
        {%- set own = [] -%}
        {%- do checks.update({subject: own}) -%}
        {%- if key -%}
            {%- do own.extend(cdp_activate.checks_of_key(subject, key)) -%}
        {%- endif -%}
        {%- if at -%}
            {%- do own.extend(cdp_activate.checks_of_time(subject, at)) -%}
        {%- endif -%}
        {%- if subject in cdp_activate.subjects_of_customers() -%}
            {%- do own.extend(cdp_activate.checks_of_customer(subject)) -%}
        {%- endif -%}
        {%- do own.extend(cdp_activate.checks_of_subject(subject)) -%}
        {%- do own.append(cdp_activate.rows_left_out(subject, key)) -%}
    {%- endfor -%}
    {{ return(checks) }}

{% endmacro %}


{# One check: how many rows meet a condition. #}
{% macro check_of(name, condition, done, to_do) %}
    {{ return({
        'name': name,
        'counted': 'count(case when ' ~ condition ~ ' then 1 end)',
        'done': done,
        'to_do': to_do,
    }) }}
{% endmacro %}


{# The subjects with a customer_id, which data_quality joins to the customers. #}
{% macro subjects_of_customers() %}
    {{ return([
        'identities', 'account_members', 'orders', 'events', 'messages', 'tickets',
        'feedback', 'referrals', 'consents', 'loyalty', 'subscriptions',
        'opportunities', 'scores', 'experiments',
    ]) }}
{% endmacro %}


{% macro checks_of_key(subject, key) %}

    {%- set input_key = 'input_' ~ subject ~ '.' ~ key -%}
    {%- set is_not_read = subject in ['identities', 'experiments'] -%}
    {%- set checks = [cdp_activate.check_of(
        'key_is_missing', input_key ~ ' is null',
        'used nevertheless' if is_not_read
            else 'a yes was left out, a no counts' if subject == 'consents'
            else 'left out',
        'fill ' ~ key ~ ' in every row, or leave such rows out of the mapped table',
    )] -%}
    {#- Of events and messages rows_left_out says it: they are too many. -#}
    {%- if subject not in ['events', 'messages'] -%}
        {%- do checks.append({
            'name': 'key_is_repeated',
            'counted': '(select given_count from copies_of_' ~ subject ~ ')',
            'key': key,
            'done': 'all rows were used' if is_not_read
                else 'the latest row of each key was kept'
                ~ (', and each no' if subject == 'consents' else ''),
            'to_do': 'map a table with one row a ' ~ key,
        }) -%}
    {%- endif -%}
    {{ return(checks) }}

{% endmacro %}


{% macro checks_of_time(subject, at) %}

    {%- set time = 'input_' ~ subject ~ '.' ~ at -%}
    {%- if subject == 'spend' -%}
        {#- Days, not instants. -#}
        {%- set time = 'cast(' ~ time ~ ' as ' ~ dbt.type_timestamp() ~ ')' -%}
    {%- endif -%}
    {%- set checks = [] -%}
    {#- Of consents a no without a time is a word of its own, see checks_of_people. -#}
    {%- set of_rows = ' and ' ~ cdp_activate.is_granted('input_consents')
        if subject == 'consents' else '' -%}
    {%- if subject != 'scores' -%}
        {%- do checks.append(cdp_activate.check_of(
            'time_is_missing', time ~ ' is null' ~ of_rows,
            {
                'customers': 'taken as the time of updated_at, or as long ago',
                'identities': 'taken as long ago',
                'accounts': 'taken as long ago',
                'account_members': 'taken as long ago',
            }.get(subject, 'left out'),
            'nothing, where it was always so; otherwise fill ' ~ at
                if subject in ['identities', 'accounts', 'account_members']
                else 'fill ' ~ at,
        )) -%}
    {%- endif -%}
    {%- do checks.extend([
        cdp_activate.check_of(
            'time_is_at_or_after_as_of',
            ('coalesce(' ~ time ~ ', input_customers.updated_at)'
                if subject == 'customers' else time)
            ~ ' >= ' ~ cdp_activate.as_of(),
            'left out until that time',
            'expected in a replay; otherwise look for clocks that are wrong and for '
                ~ 'local times mapped as if they were UTC',
        ),
        cdp_activate.check_of(
            'time_is_before_1980',
            time ~ ' < ' ~ cdp_activate.timestamp_literal(
                modules.datetime.datetime(1980, 1, 1)
            ),
            'kept', 'look for zeros that were read as a time',
        ),
    ]) -%}
    {%- if subject in [
        'orders', 'events', 'messages', 'tickets', 'feedback', 'referrals',
    ] -%}
        {%- do checks.append(cdp_activate.check_of(
            'time_is_before_birth',
            'customers.birth_date > cast(' ~ time ~ ' as date)',
            'kept',
            'one of the two is wrong: look at the customer and at the clock of the '
                ~ 'source',
        )) -%}
    {%- endif -%}
    {%- if subject in ['events', 'messages'] -%}
        {%- do checks.append(cdp_activate.check_of(
            'arrived_before_it_happened',
            'input_' ~ subject ~ '.received_at < '
                ~ cdp_activate.add_time('minute', -10, time),
            'kept',
            'times of different zones are mixed: bring both to UTC before mapping',
        )) -%}
        {#- Of a past day that is replayed, what was loaded since is no surprise. -#}
        {%- set loaded = 'input_' ~ subject ~ '.loaded_at' -%}
        {%- do checks.append(cdp_activate.check_of(
            'loaded_at_is_in_the_future',
            loaded ~ ' > ' ~ cdp_activate.as_of() ~ ' and ' ~ loaded ~ ' > '
                ~ cdp_activate.run_instant(),
            'kept; does not say until when everything was loaded',
            'map loaded_at in UTC, as when the row came into the warehouse',
        )) -%}
    {%- endif -%}
    {{ return(checks) }}

{% endmacro %}


{% macro checks_of_customer(subject) %}

    {%- set customer = 'input_' ~ subject ~ '.customer_id' -%}
    {%- set checks = [cdp_activate.check_of(
        'customer_is_unknown',
        customer ~ ' is not null and customers.source_customer_id is null',
        'kept as a stranger' if subject == 'events'
            else 'kept without the customer'
            if subject in ['subscriptions', 'opportunities'] else 'left out',
        'add the customers to the mapped table of customers',
    )] -%}
    {%- if subject not in ['events', 'subscriptions', 'opportunities'] -%}
        {%- do checks.append(cdp_activate.check_of(
            'customer_is_missing', customer ~ ' is null', 'left out',
            'fill customer_id where it is known',
        )) -%}
    {%- endif -%}
    {{ return(checks) }}

{% endmacro %}
