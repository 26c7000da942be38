{# What is looked at in the subjects about accounts. #}
{% macro checks_of_accounts(subject) %}

    {%- set as_of = cdp_activate.as_of() -%}

    {%- if subject == 'accounts' -%}
    {{ return([
        cdp_activate.check_of(
            'parent_is_itself',
            'input_accounts.parent_account_id = '
                ~ 'input_accounts.account_id',
            'kept',
            'leave parent_account_id empty for accounts that belong to no'
                ~ ' other',
        ),
        cdp_activate.check_of(
            'parents_are_circular',
            'circles.account_id is not null',
            'kept; the account is, by its parents, a part of itself',
            'find out which account of the circle is the topmost, and leave '
                ~ 'its parent_account_id empty',
        ),
        cdp_activate.check_of(
            'parent_is_unknown',
            'input_accounts.parent_account_id is not null and '
                ~ 'parents.account_id is null',
            'kept',
            'add the parents to the mapped table of accounts',
        ),
        cdp_activate.check_of(
            'number_is_negative',
            'input_accounts.employees < 0 or '
                ~ 'input_accounts.annual_revenue < 0',
            'kept',
            'correct employees or annual_revenue, or leave them empty',
        ),
        cdp_activate.check_of(
            'country_is_not_two_letters',
            'length(trim(input_accounts.country)) <> 2',
            'kept',
            'map countries to ISO 3166-1 alpha-2, for instance DE',
        ),
    ]) }}
    {%- elif subject == 'account_members' -%}
    {{ return([
        cdp_activate.check_of(
            'account_is_missing',
            'input_account_members.account_id is null',
            'left out',
            'fill account_id',
        ),
        cdp_activate.check_of(
            'account_is_unknown',
            'input_account_members.account_id is not null and '
                ~ 'accounts.account_id is null',
            'left out',
            'add the accounts to the mapped table of accounts',
        ),
        cdp_activate.check_of(
            'left_before_joining',
            'input_account_members.left_at < '
                ~ 'input_account_members.joined_at',
            'kept',
            'one of joined_at and left_at is wrong',
        ),
        cdp_activate.check_of(
            'membership_is_over',
            'input_account_members.left_at < ' ~ as_of,
            'left out',
            'nothing: memberships end',
        ),
    ]) }}
    {%- elif subject == 'subscriptions' -%}
    {{ return([
        cdp_activate.check_of(
            'belongs_to_nobody',
            'input_subscriptions.customer_id is null and '
                ~ 'input_subscriptions.account_id is null',
            'left out',
            'fill customer_id or account_id',
        ),
        cdp_activate.check_of(
            'account_is_unknown',
            'input_subscriptions.account_id is not null and '
                ~ 'accounts.account_id is null',
            'kept for the customer, when that one is known',
            'add the accounts to the mapped table of accounts',
        ),
        cdp_activate.check_of(
            'status_is_not_known',
            cdp_activate.word('input_subscriptions.status') ~ ' not in '
                ~ "('trialing', 'active', 'past_due', 'paused', "
                ~ "'cancelled', 'ended')",
            'taken as what the times say',
            'map the status to trialing, active, past_due, paused, '
                ~ 'cancelled or ended',
        ),
        cdp_activate.check_of(
            'billing_interval_is_not_known',
            cdp_activate.word('input_subscriptions.billing_interval')
                ~ " not in ('month', 'quarter', 'year')",
            'kept',
            'map billing_interval to month, quarter or year',
        ),
        cdp_activate.check_of(
            'ended_before_it_started',
            'input_subscriptions.ended_at < '
                ~ 'input_subscriptions.started_at or '
                ~ 'input_subscriptions.cancelled_at < '
                ~ 'input_subscriptions.started_at',
            'kept',
            'one of started_at, cancelled_at and ended_at is wrong',
        ),
        {
            'name': 'renewal_is_past',
            'counted': '(select count(*) from ' ~ ref('subscriptions_as_of')
                ~ " where status in ('trialing', 'active', 'past_due') and "
                ~ 'renews_at < ' ~ as_of ~ ')',
            'done': 'kept as running; its next renewal is not known',
            'to_do': 'map to renews_at the end of the period that is paid for now, and '
                ~ 'to ended_at when it ended',
        },
        cdp_activate.check_of(
            'amount_or_quantity_is_negative',
            'input_subscriptions.monthly_amount < 0 or '
                ~ 'input_subscriptions.quantity < 0',
            'kept',
            'map amounts and quantities as positive numbers',
        ),
    ]) }}
    {%- elif subject == 'opportunities' -%}
    {{ return([
        cdp_activate.check_of(
            'account_is_missing',
            'input_opportunities.account_id is null',
            'left out',
            'fill account_id',
        ),
        cdp_activate.check_of(
            'account_is_unknown',
            'input_opportunities.account_id is not null and '
                ~ 'accounts.account_id is null',
            'left out',
            'add the accounts to the mapped table of accounts',
        ),
        cdp_activate.check_of(
            'outcome_is_not_known',
            cdp_activate.word('input_opportunities.outcome') ~ " not in ('open',"
                ~ " 'won', 'lost')",
            'taken as open',
            'map the outcome to open, won or lost',
        ),
        cdp_activate.check_of(
            'kind_is_not_known',
            cdp_activate.word('input_opportunities.kind')
                ~ " not in ('new_business', 'expansion', 'renewal')",
            'kept',
            'map kind to new_business, expansion or renewal',
        ),
        cdp_activate.check_of(
            'probability_is_not_from_0_to_1',
            'input_opportunities.win_probability < 0 or '
                ~ 'input_opportunities.win_probability > 1',
            'kept',
            'write probabilities as shares, 0.25 and not 25',
        ),
        cdp_activate.check_of(
            'closed_before_it_was_entered',
            'input_opportunities.closed_at < '
                ~ 'input_opportunities.created_at',
            'kept',
            'one of created_at and closed_at is wrong',
        ),
        cdp_activate.check_of(
            'amount_is_negative',
            'input_opportunities.amount < 0',
            'kept',
            'correct the amount, or leave it empty',
        ),
    ]) }}
    {%- endif -%}

    {{ return([]) }}

{% endmacro %}
