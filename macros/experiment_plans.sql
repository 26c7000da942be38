{#
    What the variable `cdp_experiments` says of the variants of experiments, as a
    select, one row a variant: experiment, variant, planned_share (null where the
    plan names no shares) and is_control.

    Call:   with plans as ({{ cdp_activate.experiment_plans() }})

    The project of the demo shop, which is this package's own, need not say its own plan.
#}
{% macro experiment_plans() %}
    {%- set rows = [] -%}
    {%- set plans = var('cdp_experiments', none) or {} -%}
    {%- if not plans and project_name == 'cdp_activate' -%}
        {%- set shares = {'holdout': 0.2, 'treated': 0.8} -%}
        {%- set plans = {
            'lapsed_best_customers': {'control': 'holdout', 'shares': shares},
        } -%}
    {%- endif -%}
    {%- for experiment, plan in plans.items() -%}
        {%- if plan is not mapping or (plan.get('shares') or {}) is not mapping
            or (plan.get('shares') or {}).values() | reject('number') | list -%}
            {{ exceptions.raise_compiler_error(
                "The variable cdp_experiments has '" ~ plan ~ "' for the experiment '"
                ~ experiment ~ "': write it like {control: none, shares: {none: 0.5, "
                ~ "letter: 0.5}}, with numbers for shares."
            ) }}
        {%- endif -%}
        {%- for key in plan if key not in ['control', 'shares'] -%}
            {{ exceptions.raise_compiler_error(
                "The variable cdp_experiments has '" ~ key ~ "' for the experiment '"
                ~ experiment ~ "': it may have control and shares."
            ) }}
        {%- endfor -%}
        {%- set shares = plan.get('shares') or {} -%}
        {%- set variants = shares | list -%}
        {%- if plan.get('control') and plan['control'] not in variants -%}
            {%- do variants.append(plan['control']) -%}
        {%- endif -%}
        {%- for variant in variants -%}
            {%- do rows.append(
                'select '
                ~ cdp_activate.text_literal(experiment) ~ ' as experiment, '
                ~ cdp_activate.text_literal(variant) ~ ' as variant, '
                ~ cdp_activate.cast_as(
                    shares[variant] if variant in shares else 'null', 'numeric(18, 6)'
                )
                ~ ' as planned_share, '
                ~ ('1 = 1' if variant == plan.get('control') else '1 = 0')
                ~ ' as is_control'
            ) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not rows -%}
        {%- do rows.append(
            'select cast(null as ' ~ dbt.type_string() ~ ') as experiment, cast(null as '
            ~ dbt.type_string() ~ ') as variant, '
            ~ cdp_activate.cast_as('null', 'numeric(18, 6)')
            ~ ' as planned_share, 1 = 0 as is_control '
            ~ 'from (select 1 as nothing) as no_table where 1 = 0'
        ) -%}
    {%- endif -%}
    {{- return(rows | join('\nunion all\n')) -}}
{% endmacro %}
