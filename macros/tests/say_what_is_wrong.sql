{#
    Says on the terminal what a test found, one line a row of its query: dbt itself
    says only how many. For what a project wrote, never for rows about people.

    Call:  {{ cdp_activate.say_what_is_wrong(query, 'stage_models: {} of {} {}.') }}
    Takes: the query of the test; a sentence with a place for each of its columns
#}
{% macro say_what_is_wrong(query, sentence) %}
    {%- if execute and flags.WHICH in ['build', 'test'] -%}
        {%- for row in run_query(query).rows -%}
            {%- do log(sentence.format(*row), info=true) -%}
        {%- endfor -%}
    {%- endif -%}
{% endmacro %}
