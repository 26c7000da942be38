{#
    How many rows of a subject are in no fact, for whichever reasons, as a check of
    data_quality: all rows less the keys of those that are kept.

    Call:  {{ cdp_activate.rows_left_out('orders', 'order_id') }}
    Takes: a subject of the input contract; its key, or none

    Of events and messages all rows less those of the fact that the input still has
    are counted (`log_key`), since a log does not take in what comes too late.
#}
{% macro rows_left_out(subject, key) %}

    {%- set input = 'input_' ~ subject -%}
    {%- set kept = cdp_activate.is_kept(subject) -%}
    {%- set kept_too = none -%}
    {%- if subject in ['events', 'messages'] -%}
        {%- set counted = 'count(*) - coalesce(max(kept.row_count), 0)' -%}
    {%- elif subject == 'consents' -%}
        {#- A no needs neither an id nor a purpose to be heard. -#}
        {%- set has_both = '(input_consents.consent_id is not null '
            ~ 'and input_consents.purpose is not null)' -%}
        {%- set kept_too = '(' ~ kept ~ ') and ' ~ has_both -%}
        {%- set counted = cdp_activate.rows_without_keys(
            subject, key, kept_too
        ) ~ ' - count(case when ' ~ kept ~ ' and not ' ~ has_both
            ~ ' and not ' ~ cdp_activate.is_granted('input_consents')
            ~ ' then 1 end)' -%}
    {%- elif subject == 'identities' -%}
        {%- set counted = 'count(*) - count(case when ' ~ kept ~ ' then 1 end)' -%}
    {%- elif subject in ['account_members', 'scores', 'experiments'] -%}
        {#- A person is a member of one account, and has one score of a name. -#}
        {%- set key = {
            'account_members': 'customers.customer_id',
            'scores': dbt.concat([
                'customers.customer_id', "'|'",
                cdp_activate.word('input_scores.score_name'),
            ]),
            'experiments': dbt.concat([
                'customers.customer_id', "'|'", 'input_experiments.experiment',
                "'|'", 'input_experiments.variant', "'|'",
                cdp_activate.time_as_text('input_experiments.assigned_at'),
            ]),
        }[subject] -%}
        {%- set counted = 'count(*) - count(distinct case when ' ~ kept ~ ' then '
            ~ key ~ ' end)' -%}
    {%- else -%}
        {%- set kept_too = kept -%}
        {%- set counted = cdp_activate.rows_without_keys(subject, key, kept) -%}
    {%- endif -%}
    {{ return({
        'name': 'row_is_left_out',
        'counted': counted,
        'kept': kept_too,
        'log_key': key,
        'done': 'in none of the facts, for one or more of the reasons of this subject',
        'to_do': {
            'events': 'nothing for rows that other checks count; others are copies, '
                ~ 'or came too late: send each event_id once, and map loaded_at',
            'messages': 'nothing for rows that other checks count; others are copies, '
                ~ 'or came too late: send each message_event_id once, and map '
                ~ 'loaded_at',
        }.get(subject, 'nothing beyond what the other checks say'),
    }) }}

{% endmacro %}


{#
    All rows less the keys of those that meet a condition: the rows that meet it, and
    of these the copies.
#}
{% macro rows_without_keys(subject, key, condition) %}
    {{- return(
        'count(*) - count(case when ' ~ condition ~ ' then input_' ~ subject ~ '.'
        ~ key ~ ' end) + (select kept_count from copies_of_' ~ subject ~ ')'
    ) -}}
{% endmacro %}


{# Whether a row is in the facts, repeated keys aside. #}
{% macro is_kept(subject) %}

    {%- set as_of = cdp_activate.as_of() -%}
    {%- set is_of_customer = 'customers.customer_id is not null' -%}
    {%- set is_of_account = 'accounts.account_id is not null' -%}
    {{ return({
        'customers': 'coalesce(input_customers.created_at, '
            ~ 'input_customers.updated_at, ' ~ cdp_activate.long_ago() ~ ') < '
            ~ as_of,
        'identities': is_of_customer ~ ' and '
            ~ 'input_identities.identifier_type is not null and '
            ~ 'input_identities.identifier is not null and not '
            ~ cdp_activate.is_no_address('input_identities') ~ ' and '
            ~ 'coalesce(input_identities.first_seen_at, customers.recorded_at) < '
            ~ as_of,
        'accounts': 'input_accounts.created_at is null '
            ~ 'or input_accounts.created_at < ' ~ as_of,
        'account_members': cdp_activate.is_membership(),
        'orders': is_of_customer ~ ' and input_orders.ordered_at < ' ~ as_of,
        'order_lines': 'orders.order_id is not null',
        'tickets': is_of_customer ~ ' and input_tickets.opened_at < ' ~ as_of,
        'feedback': is_of_customer ~ ' and input_feedback.submitted_at < ' ~ as_of,
        'referrals': is_of_customer ~ ' and input_referrals.referred_at < ' ~ as_of
            ~ ' and coalesce(customers.customer_id <> referred.customer_id, true)',
        'consents': is_of_customer ~ ' and (input_consents.recorded_at < ' ~ as_of
            ~ ' or (not ' ~ cdp_activate.is_granted('input_consents')
            ~ ' and coalesce(input_consents.recorded_at <= ' ~ as_of ~ ', true)))',
        'loyalty': is_of_customer ~ ' and input_loyalty.occurred_at < ' ~ as_of,
        'subscriptions': 'input_subscriptions.started_at < ' ~ as_of ~ ' and ('
            ~ is_of_customer ~ ' or ' ~ is_of_account ~ ')',
        'opportunities': 'input_opportunities.created_at < ' ~ as_of ~ ' and '
            ~ is_of_account,
        'spend': 'input_spend.spent_on < cast(' ~ as_of ~ ' as date)',
        'scores': is_of_customer ~ ' and input_scores.score is not null '
            ~ 'and input_scores.score_name is not null and not '
            ~ cdp_activate.is_no_probability('input_scores')
            ~ ' and coalesce(input_scores.scored_at < ' ~ as_of ~ ', true)',
        'experiments': is_of_customer ~ ' and input_experiments.assigned_at < '
            ~ as_of ~ ' and input_experiments.experiment is not null '
            ~ 'and input_experiments.variant is not null',
    }.get(subject)) }}

{% endmacro %}


{# Whether somebody is, as of the run, a member of an account that is known. #}
{% macro is_membership() %}
    {%- set as_of = cdp_activate.as_of() -%}
    {{- return(
        '(input_account_members.account_member_id is not null '
        ~ 'and customers.customer_id is not null and accounts.account_id is not null '
        ~ 'and coalesce(input_account_members.joined_at < ' ~ as_of ~ ', true) '
        ~ 'and coalesce(input_account_members.left_at >= ' ~ as_of ~ ', true))'
    ) -}}
{% endmacro %}


{#
    Whether what is called an e-mail address or phone number is none. A case, since
    only few of the rows then pay for taking a number apart.
#}
{% macro is_no_address(identities) %}
    {%- set value = identities ~ '.identifier' -%}
    {{- return(
        'case when ' ~ value ~ ' is null then false else case '
        ~ cdp_activate.word(identities ~ '.identifier_type') ~ " when 'email' then "
        ~ cdp_activate.normalised_email(value) ~ " is null when 'phone' then "
        ~ cdp_activate.has_too_few_digits(value) ~ ' else false end end'
    ) -}}
{% endmacro %}


{# Whether a score is a probability by its name, and none by its value. #}
{% macro is_no_probability(scores) %}
    {{- return(
        '(' ~ cdp_activate.word(scores ~ '.score_name')
        ~ " in ('churn_probability', 'probability_alive') and ("
        ~ scores ~ '.score < 0 or ' ~ scores ~ '.score > 1))'
    ) -}}
{% endmacro %}
