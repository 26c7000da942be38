{#
    Stops with one sentence when the variable `cdp_inputs` names a subject that
    does not exist: a misspelt subject would otherwise be an empty table.

    Call: {{ cdp_activate.check_input_names() }}

    The subjects are the models named input_<subject>, the user's own included.
#}
{% macro check_input_names() %}

    {%- set subjects = [] -%}
    {%- for node in graph.nodes.values()
        if node.resource_type == 'model' and node.name.startswith('input_') -%}
        {%- do subjects.append(node.name[6:]) -%}
    {%- endfor -%}

    {%- for subject in cdp_activate.given_inputs() -%}
        {%- if subject not in subjects -%}
            {{ exceptions.raise_compiler_error(
                "The variable cdp_inputs names the subject '" ~ subject
                ~ "', which does not exist: the subjects are "
                ~ subjects | sort | join(', ') ~ "."
            ) }}
        {%- endif -%}
    {%- endfor -%}

{% endmacro %}
