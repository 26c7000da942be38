{#
    Stops when settings of the project take the ground from under the package's models.

    Call: {{ cdp_activate.check_project() }}

    Namesakes: dbt looks for a name in the project first, unless its flag says otherwise,
    and our models would read the project's where they mean their own. Who takes the place
    of one of ours on purpose disables it, and then it has no namesake.
    Materializations: a setting for all models, packages included, goes before what the
    models themselves say.
#}
{% macro check_project() %}

    {%- set own = [] -%}
    {%- set read = [] -%}
    {%- set changed = [] -%}
    {%- for node in graph.nodes.values() if node.package_name == 'cdp_activate' -%}
        {%- do own.append(node.name) -%}
        {#- These read what is mapped, whatever its name. -#}
        {%- if not node.name.startswith('input_') and node.name != 'data_quality' -%}
            {%- do read.extend(node.depends_on.nodes) -%}
        {%- endif -%}
        {%- if "materialized='incremental'" in (node.raw_code or '')
            and node.config.materialized != 'incremental' -%}
            {%- do changed.append(node) -%}
        {%- endif -%}
    {%- endfor -%}

    {%- set namesakes = [] -%}
    {%- for id in read | unique if id.split('.')[1] != 'cdp_activate'
        and id.split('.')[2] in own and graph.nodes.get(id) -%}
        {%- do namesakes.append(id.split('.')[2]) -%}
    {%- endfor -%}

    {%- set wrong = [] -%}
    {%- if namesakes -%}
        {%- do wrong.append(
            "Your project and the package cdp_activate both have " ~ namesakes | sort
            | join(', ') ~ ", and the package reads yours where it means its own: set "
            ~ "the flag require_ref_searches_node_package_before_root: true in "
            ~ "dbt_project.yml, or rename yours."
        ) -%}
    {%- endif -%}
    {%- if changed -%}
        {%- set kind = '+materialized: ' ~ changed[0].config.materialized -%}
        {%- do wrong.append(
            "Models of the package cdp_activate that must be incremental, "
            ~ changed[0].name ~ " for one, are made otherwise by " ~ kind ~ " of "
            ~ "dbt_project.yml: write it below the name of your project, models: {"
            ~ project_name ~ ": {" ~ kind ~ "}}."
        ) -%}
    {%- endif -%}
    {%- if wrong -%}
        {{ exceptions.raise_compiler_error(wrong | join(' ')) }}
    {%- endif -%}

{% endmacro %}
