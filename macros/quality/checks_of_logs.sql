{# What is looked at in logs and in what models and experiments say. #}
{% macro checks_of_logs(subject) %}

    {%- set names = [] -%}
    {%- for name in var('cdp_event_names', []) -%}
        {%- do names.append(dbt.string_literal(name)) -%}
    {%- endfor -%}
    {%- set names = 'input_events.event_name not in (' ~ names | join(', ') ~ ')'
        if names else 'input_events.event_name is not null' -%}

    {%- if subject == 'events' -%}
    {{ return([
        cdp_activate.check_of(
            'name_is_missing',
            'input_events.event_name is null',
            'left out',
            'fill event_name',
        ),
        cdp_activate.check_of(
            'name_is_not_declared',
            names,
            'kept; audiences cannot ask for it',
            'add the name to the variable cdp_event_names, or correct it',
        ),
        cdp_activate.check_of(
            'person_is_missing',
            'input_events.customer_id is null and '
                ~ 'input_events.anonymous_id is null',
            'kept as a stranger who cannot be found out',
            'fill customer_id or anonymous_id',
        ),
        cdp_activate.check_of(
            'value_is_negative',
            'input_events.value < 0',
            'kept',
            'look whether signs are mixed up; refunds belong to orders',
        ),
    ]) }}
    {%- elif subject == 'messages' -%}
    {{ return([
        cdp_activate.check_of(
            'channel_or_event_is_missing',
            'input_messages.channel is null or '
                ~ 'input_messages.message_event is null',
            'left out',
            'fill channel and message_event',
        ),
        cdp_activate.check_of(
            'event_is_not_known',
            cdp_activate.word('input_messages.message_event') ~ " not in ('sent', "
                ~ "'delivered', 'opened', 'clicked', 'bounced', "
                ~ "'complained', 'unsubscribed')",
            'kept; is a touchpoint of that name, which no rule knows',
            'map message_event to sent, delivered, opened, clicked, '
                ~ 'bounced, complained or unsubscribed',
        ),
        cdp_activate.check_of(
            'channel_is_not_known',
            cdp_activate.word('input_messages.channel') ~ " not in ('email', "
                ~ "'sms', 'push', 'direct_mail')",
            'kept',
            'map channel to email, sms, push or direct_mail; leave it as it is when '
                ~ 'you have more channels',
        ),
        cdp_activate.check_of(
            'bounce_kind_is_not_known',
            cdp_activate.word('input_messages.bounce_kind')
                ~ " not in ('hard', 'soft')",
            'kept',
            'map bounce_kind to hard or soft',
        ),
        cdp_activate.check_of(
            'message_is_missing',
            'input_messages.message_id is null',
            'kept; its steps are not seen to be of one message',
            'fill message_id',
        ),
    ]) }}
    {%- elif subject == 'scores' -%}
    {{ return([
        cdp_activate.check_of(
            'score_or_its_name_is_missing',
            'input_scores.score is null or input_scores.score_name is'
                ~ ' null',
            'left out',
            'fill score_name and score, or leave out whom the model could'
                ~ ' not judge',
        ),
        cdp_activate.check_of(
            'probability_is_not_from_0_to_1',
            cdp_activate.is_no_probability('input_scores'),
            'left out',
            'write probabilities as shares, 0.25 and not 25',
        ),
        cdp_activate.check_of(
            'prediction_is_negative',
            cdp_activate.word('input_scores.score_name')
                ~ " in ('expected_purchases', 'expected_value') "
                ~ 'and input_scores.score < 0',
            'kept',
            'look at the model: nobody is expected to buy less than '
                ~ 'nothing',
        ),
    ]) }}
    {%- elif subject == 'experiments' -%}
    {{ return([
        cdp_activate.check_of(
            'experiment_or_variant_is_missing',
            'input_experiments.experiment is null or '
                ~ 'input_experiments.variant is null',
            'left out',
            'fill experiment and variant',
        ),
        {
            'name': 'experiment_has_no_control',
            'counted': "(select coalesce(sum(person_count), 0) from "
                ~ ref('experiment_variants') ~ " where source = 'input' and "
                ~ 'experiment not in (select experiment from '
                ~ ref('experiment_variants')
                ~ ' where is_control and person_count > 0))',
            'done': 'kept; nothing is compared, so experiment_lift has no row',
            'to_do': 'name the control of the experiment in the variable cdp_experiments, '
                ~ 'in the words of the column variant; or look why nobody was put in it',
        },
        {
            'name': 'experiment_has_several_controls',
            'counted': "(select coalesce(sum(person_count), 0) from "
                ~ ref('experiment_variants') ~ " where source = 'input' and "
                ~ 'experiment in (select experiment from '
                ~ ref('experiment_variants') ~ ' where is_control and person_count > 0 '
                ~ 'group by experiment having count(*) > 1))',
            'done': 'kept; compared with the first of its controls by name',
            'to_do': 'name the control of the experiment in the variable cdp_experiments',
        },
        {
            'name': 'variant_is_not_planned',
            'counted': '(select coalesce(sum(person_count), 0) from '
                ~ ref('experiment_variants') ~ ' where coalesce(planned_share, 0) = 0 '
                ~ 'and experiment in (select experiment from '
                ~ ref('experiment_variants') ~ ' where planned_share > 0))',
            'done': 'kept; the sample ratio of the experiment cannot be checked',
            'to_do': 'give the variant its share in the variable cdp_experiments, or '
                ~ 'correct the variant',
        },
    ]) }}
    {%- endif -%}

    {{ return([]) }}

{% endmacro %}
