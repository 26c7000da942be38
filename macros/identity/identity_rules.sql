{#
    The rules of the seed identity_rules, read from the warehouse.

    Call:    {% set rules = cdp_activate.identity_rules() %}
    Returns: [{name, agree: [field], contradict: [field], needs_proof}], in the
             order of their names; empty while nothing is being built

    A field that nobody knows, or a rule in which nothing has to agree, stops the
    run with a sentence.
#}
{% macro identity_rules() %}

    {%- set seed = ref('identity_rules') -%}
    {%- if not execute or flags.WHICH not in ['run', 'build', 'retry', 'test'] -%}
        {{ return([]) }}
    {%- endif -%}

    {%- set found = run_query(
        'select rule, field, role, needs_proof from ' ~ seed
        ~ ' order by rule, role, field'
    ) -%}
    {%- set rules = {} -%}
    {%- for row in found.rows -%}
        {%- set rule = rules.setdefault(row[0], {
            'name': row[0], 'agree': [], 'contradict': [], 'needs_proof': false
        }) -%}
        {%- if row[3] -%}{%- do rule.update({'needs_proof': true}) -%}{%- endif -%}
        {%- if row[2] == 'contradict' -%}
            {%- do rule['contradict'].append(row[1]) -%}
        {%- elif row[2] == 'agree' and (
            row[1] in cdp_activate.identity_fields()
            or row[1] in cdp_activate.identifier_fields()
        ) -%}
            {%- do rule['agree'].append(row[1]) -%}
        {%- else -%}
            {{ exceptions.raise_compiler_error(
                "The seed identity_rules says '" ~ row[1] ~ "' with the role '"
                ~ row[2] ~ "' in the rule '" ~ row[0] ~ "': the role is agree or "
                ~ "contradict, and what can agree are "
                ~ (cdp_activate.identifier_fields()
                    + cdp_activate.identity_fields()) | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}

    {%- for rule in rules.values() if not rule['agree'] -%}
        {{ exceptions.raise_compiler_error(
            "In the rule '" ~ rule['name'] ~ "' of the seed identity_rules nothing "
            ~ "has to agree: add a row with the role agree, or remove the rule."
        ) }}
    {%- endfor -%}

    {{ return(rules.values() | list) }}

{% endmacro %}


{# What a customer has one of: the columns of identity_records. #}
{% macro identity_fields() %}
    {{ return([
        'first_name', 'first_name_start', 'first_name_end', 'last_name',
        'last_name_start', 'last_name_end', 'full_name', 'birth_date',
        'birth_year', 'birth_month_day', 'email_mailbox', 'email_mailbox_start',
        'email_mailbox_end', 'email_domain', 'email_domain_start', 'city',
        'postcode',
    ]) }}
{% endmacro %}


{# What a customer may have several of: the types in identity_identifiers. #}
{% macro identifier_fields() %}
    {{ return([
        'email', 'phone', 'external_id', 'device_id', 'anonymous_id',
    ] + var('cdp_identifier_types', [])) }}
{% endmacro %}
