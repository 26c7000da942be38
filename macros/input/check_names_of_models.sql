{#
    Stops with one sentence when models of the package read a model of the project in
    place of one of their own, because both have one name.

    Call: {{ cdp_activate.check_names_of_models() }}

    dbt looks for a name in the project first, unless its flag says otherwise. Who takes
    the place of one of our models on purpose disables it, and then it has no namesake.
#}
{% macro check_names_of_models() %}

    {%- set own = [] -%}
    {%- set read = [] -%}
    {%- for node in graph.nodes.values() if node.package_name == 'cdp_activate' -%}
        {%- do own.append(node.name) -%}
        {#- These read what is mapped, whatever its name. -#}
        {%- if not node.name.startswith('input_') and node.name != 'data_quality' -%}
            {%- do read.extend(node.depends_on.nodes) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set namesakes = [] -%}
    {%- for id in read | unique if id.split('.')[1] != 'cdp_activate'
        and id.split('.')[2] in own and graph.nodes.get(id) -%}
        {%- do namesakes.append(id.split('.')[2]) -%}
    {%- endfor -%}

    {%- set flag = 'require_ref_searches_node_package_before_root' -%}
    {%- if namesakes -%}
        {{ exceptions.raise_compiler_error(
            "Your project and the package cdp_activate both have " ~ namesakes | sort
            | join(', ') ~ ", and the package reads yours where it means its own: set "
            ~ "the flag " ~ flag ~ ": true in dbt_project.yml, or rename yours."
        ) }}
    {%- endif -%}

{% endmacro %}
