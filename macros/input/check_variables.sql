{#
    Stops with one sentence when variables of the package are what no model can use:
    warehouses would say that they know no column `thirty`, or nothing at all.

    Call: {{ cdp_activate.check_variables() }}

    Looked at once, where input_customers is built. What dbt needs while it parses
    (cdp_as_of, cdp_calibration_end, cdp_experiments, ...) is looked at where it is read.
    A project that has taken over some of the models need not declare the variables of
    the others.
#}
{% macro check_variables() %}

    {#- What it may be, and the variables that are such. -#}
    {%- set numbers = [
        ('a whole number from 0 on', 0, none, [
            'cdp_late_days',
        ]),
        ('a whole number from 1 on', 1, none, [
            'cdp_identity_most_people', 'cdp_session_gap_minutes', 'cdp_path_stages',
            'cdp_path_touchpoints', 'cdp_path_top', 'cdp_attribution_lookback_days',
            'cdp_attribution_most_channels', 'cdp_incident_most_days',
            'cdp_calibration_last_bin', 'cdp_churn_days', 'cdp_shortest_interval_days',
            'cdp_affinity_min_baskets', 'cdp_next_products', 'cdp_occasional_orders',
        ]),
        ('a number above 0', 0.000001, none, [
            'cdp_attribution_half_life_days', 'cdp_incident_least_ratio',
            'cdp_incident_false_alarms', 'cdp_recovery_days', 'cdp_recovery_good_days',
            'cdp_lifecycle_new_days', 'cdp_lifecycle_active_days',
            'cdp_lifecycle_at_risk_days', 'cdp_lifecycle_lapsed_days',
            'cdp_satisfaction_days', 'cdp_affinity_days',
        ]),
        ('a share from 0 to 1', 0, 1, [
            'cdp_identity_most_by_chance', 'cdp_attribution_first_share',
            'cdp_attribution_last_share', 'cdp_recovery_value_percentile',
            'cdp_affinity_min_support', 'cdp_sample_ratio_alert',
        ]),
        ('a number from 0 to 100', 0, 100, [
            'cdp_engagement_medium_from', 'cdp_engagement_high_from',
            'cdp_satisfied_from', 'cdp_dissatisfied_to', 'cdp_churn_risk_medium_from',
            'cdp_churn_risk_high_from', 'cdp_persona_from',
        ]),
    ] -%}
    {%- set words = {
        'cdp_cohort_period': ['day', 'week', 'month', 'quarter', 'year'],
        'cdp_affinity_basket': ['order', 'customer'],
    } -%}
    {%- set lists = [
        'cdp_event_names', 'cdp_identifier_types', 'cdp_control_variants',
    ] -%}
    {#- Each is at most the next. -#}
    {%- set orders = [
        [
            'cdp_lifecycle_new_days', 'cdp_lifecycle_active_days',
            'cdp_lifecycle_at_risk_days', 'cdp_lifecycle_lapsed_days',
        ],
        ['cdp_dissatisfied_to', 'cdp_satisfied_from'],
        ['cdp_engagement_medium_from', 'cdp_engagement_high_from'],
        ['cdp_churn_risk_medium_from', 'cdp_churn_risk_high_from'],
    ] -%}

    {%- set wrong = [] -%}
    {%- for wanted, least, most, names in numbers -%}
        {%- for name in names if var.has_var(name) -%}
            {%- set text = var(name) | string | trim -%}
            {%- set value = text | float(-1) -%}
            {%- if value < least or (most is not none and value > most)
                or ('whole' in wanted and value != value | int) -%}
                {%- do wrong.append(name ~ " is '" ~ text ~ "', not " ~ wanted) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, allowed in words.items()
        if var.has_var(name) and var(name) not in allowed -%}
        {%- do wrong.append(
            name ~ " is '" ~ var(name) ~ "', not one of " ~ allowed | join(', ')
        ) -%}
    {%- endfor -%}
    {%- for name in lists if var.has_var(name)
        and (var(name) is string or var(name) is not sequence) -%}
        {%- do wrong.append(
            name ~ " is '" ~ var(name) ~ "', not a list: write [" ~ var(name) ~ ']'
        ) -%}
    {%- endfor -%}
    {%- for names in orders if not wrong and var.has_var(names[0]) -%}
        {%- for name in names[1:] -%}
            {%- set before = names[loop.index0] -%}
            {%- if var(name) | float < var(before) | float -%}
                {%- do wrong.append(
                    name ~ " is '" ~ var(name) ~ "', less than " ~ before
                ) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}

    {%- if wrong -%}
        {{ exceptions.raise_compiler_error(
            'Variables that no model can use: ' ~ wrong | join('; ')
            ~ '. Correct them in the vars of dbt_project.yml.'
        ) }}
    {%- endif -%}

{% endmacro %}
