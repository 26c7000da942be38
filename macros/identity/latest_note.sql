{#
    When the latest row of a relation was noted, as a literal; the beginning of
    time when it is empty.

    Call: where noted_at > {{ cdp_activate.latest_note(this) }}
#}
{% macro latest_note(relation) %}
    {%- set text = run_query(
        'select ' ~ cdp_activate.time_as_text('max(notes.noted_at)') ~ ' from '
        ~ relation ~ ' as notes'
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


{#
    Whether the table that the calling model builds goes on from what it holds. It
    does not when it is built anew, nor when something that it is made of was made
    anew since its latest note (or since that of another table): what had been there
    left no trace.

    Call:  {% set goes_on = cdp_activate.identity_goes_on([records, edges]) %}
    Takes: relations with noted_at
#}
{% macro identity_goes_on(relations, since=none) %}
    {%- if not (execute and is_incremental()) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set latest = cdp_activate.latest_note(since or this) -%}
    {%- set anew = namespace(is_any=false) -%}
    {%- for relation in relations -%}
        {%- set kept = run_query(
            'select count(*) from ' ~ relation ~ ' where noted_at <= ' ~ latest
        ).rows[0][0] | int -%}
        {%- if not kept -%}{%- set anew.is_any = true -%}{%- endif -%}
    {%- endfor -%}
    {{ return(not anew.is_any) }}
{% endmacro %}


{# Before a run that does not go on from what the table holds: all of it leaves. #}
{% macro delete_unless_identity_goes_on(relations, since=none) %}
    {%- if execute and is_incremental()
        and not cdp_activate.identity_goes_on(relations, since) -%}
        delete from {{ this }} where 1 = 1
    {%- endif -%}
{% endmacro %}
