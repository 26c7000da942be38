{#
    Values as one text in which each keeps its place.

    Call:   {{ cdp_activate.joined_texts(['email', 'birth_date']) }}
    Output: coalesce(cast(email as text), '~') || '|' || ...
#}
{% macro joined_texts(expressions) %}
    {%- set parts = [] -%}
    {%- for expression in expressions -%}
        {%- if not loop.first -%}{%- do parts.append("'|'") -%}{%- endif -%}
        {%- do parts.append(
            'coalesce(cast(' ~ expression ~ ' as ' ~ dbt.type_string()
            ~ "), '~')"
        ) -%}
    {%- endfor -%}
    {{- return(dbt.concat(parts)) -}}
{% endmacro %}
