{#
    When the latest row of a relation was noted, as a literal; the beginning of
    time when it is empty.

    Call: where noted_at > {{ cdp_activate.latest_note(this) }}
#}
{% macro latest_note(relation) %}
    {%- set text = run_query(
        'select cast(max(noted_at) as ' ~ dbt.type_string() ~ ') from '
        ~ relation
    ).rows[0][0] -%}
    {{- return(
        "cast('" ~ (text or '0001-01-01 00:00:00') ~ "' as "
        ~ dbt.type_timestamp() ~ ')'
    ) -}}
{% endmacro %}


{#
    How many rows of some relations were noted after the latest of another.

    Call: {% set count = cdp_activate.identity_changes([records], this) %}
#}
{% macro identity_changes(relations, since) %}
    {%- set latest = cdp_activate.latest_note(since) -%}
    {%- set found = namespace(count=0) -%}
    {%- for relation in relations -%}
        {%- set found.count = found.count + run_query(
            'select count(*) from ' ~ relation ~ ' where noted_at > ' ~ latest
        ).rows[0][0] | int -%}
    {%- endfor -%}
    {{ return(found.count) }}
{% endmacro %}
