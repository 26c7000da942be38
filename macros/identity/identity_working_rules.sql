{#
    The rules of identity_rules() that do not rest, by identity_rule_checks.

    Call:    {% set rules = cdp_activate.identity_working_rules() %}
    Returns: as identity_rules()
#}
{% macro identity_working_rules() %}
    {%- set rules = cdp_activate.identity_rules() -%}
    {%- set checks = ref('identity_rule_checks') -%}
    {%- if not rules -%}{{ return([]) }}{%- endif -%}
    {%- set resting = run_query(
        'select distinct rule from ' ~ checks ~ ' where is_resting'
    ).columns[0].values() | list -%}
    {{ return(rules | rejectattr('name', 'in', resting) | list) }}
{% endmacro %}
