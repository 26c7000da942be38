{# What is looked at in the subjects about people. #}
{% macro checks_of_people(subject) %}

    {%- set as_of = cdp_activate.as_of() -%}
    {%- set early = cdp_activate.date_literal(modules.datetime.date(1900, 1, 2)) -%}
    {%- set types = [] -%}
    {%- for type in ['email', 'phone', 'external_id', 'device_id', 'anonymous_id']
        + var('cdp_identifier_types', []) -%}
        {%- do types.append(dbt.string_literal(type)) -%}
    {%- endfor -%}
    {%- set types = types | join(', ') -%}

    {%- if subject == 'customers' -%}
    {{ return([
        cdp_activate.check_of(
            'changed_before_it_was_known',
            'input_customers.updated_at < input_customers.created_at',
            'kept',
            'times of different zones are mixed: bring both to UTC before'
                ~ ' mapping',
        ),
        cdp_activate.check_of(
            'birth_date_is_impossible',
            'input_customers.birth_date > cast(' ~ as_of ~ ' as date) or input_customers.birth_date < ' ~ early,
            'kept',
            'look for defaults such as 1900-01-01 or 9999-12-31, and '
                ~ 'leave them empty',
        ),
        cdp_activate.check_of(
            'email_has_no_mailbox_or_domain',
            'input_customers.email is not null and '
                ~ cdp_activate.normalised_email('input_customers.email') ~ ' is null',
            'kept; links nobody and is sent to nobody',
            'leave email empty where no address is known',
        ),
        cdp_activate.check_of(
            'phone_has_fewer_than_seven_digits',
            cdp_activate.has_too_few_digits('input_customers.phone'),
            'kept; links nobody and is sent to nobody',
            'leave phone empty where no number is known',
        ),
        cdp_activate.check_of(
            'country_is_not_two_letters',
            'length(trim(input_customers.country)) <> 2',
            'kept',
            'map countries to ISO 3166-1 alpha-2, for instance DE',
        ),
    ]) }}
    {%- elif subject == 'identities' -%}
    {{ return([
        cdp_activate.check_of(
            'identifier_is_missing',
            'input_identities.identifier is null or '
                ~ 'input_identities.identifier_type is null',
            'left out',
            'fill identifier and identifier_type',
        ),
        cdp_activate.check_of(
            'identifier_is_no_email_or_phone',
            cdp_activate.is_no_address('input_identities'),
            'left out',
            'correct the identifier, or leave such rows out of the mapped'
                ~ ' table',
        ),
        cdp_activate.check_of(
            'type_is_not_known',
            cdp_activate.word('input_identities.identifier_type')
                ~ ' not in (' ~ types ~ ')',
            'kept; no rule looks at it',
            'map it to email, phone, external_id, device_id or '
                ~ 'anonymous_id, or name it in the variable '
                ~ 'cdp_identifier_types',
        ),
    ]) }}
    {%- elif subject == 'referrals' -%}
    {{ return([
        cdp_activate.check_of(
            'is_of_oneself',
            'customers.customer_id = referred.customer_id',
            'left out',
            'look for abuse of rewards; two ids of one person count as '
                ~ 'one',
        ),
        cdp_activate.check_of(
            'is_circular',
            'customers.customer_id <> referred.customer_id and '
                ~ cdp_activate.came_before('referred', 'customers'),
            'kept as a recommendation of which nobody came: whoever was '
                ~ 'referred had been known before',
            'look which of the two recommended the other first',
        ),
        cdp_activate.check_of(
            'referred_customer_is_unknown',
            'input_referrals.referred_customer_id is not null and '
                ~ 'referred.source_customer_id is null',
            'kept as a recommendation of which nobody came',
            'add the customers to the mapped table of customers',
        ),
        cdp_activate.check_of(
            'converted_before_it_was_made',
            'input_referrals.converted_at < '
                ~ 'input_referrals.referred_at',
            'kept',
            'times of different zones are mixed: bring both to UTC before'
                ~ ' mapping',
        ),
        cdp_activate.check_of(
            'reward_is_negative',
            'input_referrals.reward_amount < 0',
            'kept',
            'map rewards as positive numbers',
        ),
    ]) }}
    {%- elif subject == 'consents' -%}
    {{ return([
        cdp_activate.check_of(
            'purpose_is_missing',
            'input_consents.purpose is null',
            'a yes was left out; a no counts for every purpose',
            'fill purpose',
        ),
        cdp_activate.check_of(
            'status_is_not_known',
            'coalesce(' ~ cdp_activate.word('input_consents.status')
                ~ ", 'x') not in ('granted', 'withdrawn')",
            'taken as no',
            'map the status to granted or withdrawn',
        ),
        cdp_activate.check_of(
            'no_has_no_time',
            'input_consents.recorded_at is null and not '
                ~ cdp_activate.is_granted('input_consents'),
            'the last word on its purpose: no yes counts, however late',
            'nothing, where it is meant for good; otherwise fill recorded_at, so that '
                ~ 'a later yes counts',
        ),
    ]) }}
    {%- elif subject == 'loyalty' -%}
    {{ return([
        cdp_activate.check_of(
            'event_is_missing',
            'input_loyalty.loyalty_event is null',
            'taken as adjusted',
            'fill loyalty_event',
        ),
        cdp_activate.check_of(
            'event_is_not_known',
            cdp_activate.word('input_loyalty.loyalty_event') ~ ' not in '
                ~ "('joined', 'earned', 'redeemed', 'expired', 'adjusted', "
                ~ "'tier_changed', 'left')",
            'kept; only its points and tier count',
            'map loyalty_event to joined, earned, redeemed, expired, '
                ~ 'adjusted, tier_changed or left',
        ),
        cdp_activate.check_of(
            'points_have_the_wrong_sign',
            '(' ~ cdp_activate.word('input_loyalty.loyalty_event') ~ " = 'earned' and"
                ~ ' input_loyalty.points < 0) or '
                ~ '(' ~ cdp_activate.word('input_loyalty.loyalty_event') ~ ' in '
                ~ "('redeemed', 'expired') and input_loyalty.points > 0)",
            'kept; the balance is added up as given',
            'map points as changes of the balance: below 0 when redeemed '
                ~ 'or expired',
        ),
    ]) }}
    {%- elif subject == 'feedback' -%}
    {{ return([
        cdp_activate.check_of(
            'kind_is_missing',
            'input_feedback.kind is null',
            'taken as a survey',
            'fill kind with what was asked',
        ),
        cdp_activate.check_of(
            'kind_is_not_known',
            cdp_activate.word('input_feedback.kind') ~ " not in ('review', "
                ~ "'nps', 'csat', 'ces', 'survey')",
            'kept; is a touchpoint of that name, which no rule knows',
            'map kind to review, nps, csat, ces or survey',
        ),
        cdp_activate.check_of(
            'score_is_missing',
            'input_feedback.score is null and '
                ~ cdp_activate.word('input_feedback.kind') ~ " in ('review', 'nps', "
                ~ "'csat', 'ces')",
            'kept; says nothing of satisfaction',
            'fill score where there is one',
        ),
        cdp_activate.check_of(
            'score_is_off_its_scale',
            '(' ~ cdp_activate.word('input_feedback.kind') ~ " in ('review', 'csat') "
                ~ 'and (input_feedback.score < 1 or input_feedback.score > '
                ~ '5)) or (' ~ cdp_activate.word('input_feedback.kind')
                ~ " = 'nps' and "
                ~ '(input_feedback.score < 0 or input_feedback.score > 10))'
                ~ " or (" ~ cdp_activate.word('input_feedback.kind') ~ " = 'ces' and "
                ~ '(input_feedback.score < 1 or input_feedback.score > 7))',
            'kept; says nothing of satisfaction',
            'bring scores to the scale of their kind: review and csat 1 '
                ~ 'to 5, nps 0 to 10, ces 1 to 7',
        ),
    ]) }}
    {%- elif subject == 'tickets' -%}
    {{ return([
        cdp_activate.check_of(
            'solved_or_answered_before_it_was_opened',
            'input_tickets.solved_at < input_tickets.opened_at or '
                ~ 'input_tickets.first_answered_at < '
                ~ 'input_tickets.opened_at',
            'taken as solved when it was opened',
            'times of different zones are mixed: bring all to UTC before '
                ~ 'mapping',
        ),
        cdp_activate.check_of(
            'time_of_solving_is_missing',
            'input_tickets.solved_at is null and '
                ~ cdp_activate.word('input_tickets.status') ~ " = 'solved'",
            'kept as solved; its stage of the track support stays open',
            'fill solved_at of tickets that are solved',
        ),
        cdp_activate.check_of(
            'status_is_not_known',
            cdp_activate.word('input_tickets.status') ~ " not in ('open', "
                ~ "'pending', 'solved', 'reopened')",
            'kept; the ticket counts as open',
            'map the status to open, pending, solved or reopened, or '
                ~ 'leave it empty: then solved_at says it',
        ),
        cdp_activate.check_of(
            'satisfaction_is_not_from_1_to_5',
            'input_tickets.satisfaction < 1 or '
                ~ 'input_tickets.satisfaction > 5',
            'kept; says nothing of satisfaction',
            'map answers to 1 to 5',
        ),
        cdp_activate.check_of(
            'reopened_count_is_negative',
            'input_tickets.reopened_count < 0',
            'kept',
            'correct reopened_count, or leave it empty',
        ),
    ]) }}
    {%- endif -%}

    {{ return([]) }}

{% endmacro %}
