{#
    Of a list of audiences those whose models this run builds. A run that selects
    some of them knows nothing about the others: their tables are older.
#}
{% macro audiences_of_this_run(audiences) %}

    {%- set selected = [] -%}
    {%- for audience in audiences -%}
        {%- set id = [
            'model', model.package_name, 'audience_' ~ audience.audience
        ] | join('.') -%}
        {%- if not execute or id in selected_resources -%}
            {%- do selected.append(audience) -%}
        {%- endif -%}
    {%- endfor -%}
    {{- return(selected) -}}

{% endmacro %}
