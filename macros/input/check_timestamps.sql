{#
    Stops with one sentence when `timestamp` is a type with a time zone in this session:
    the times of all tables would be read on the session's clock, and shift with it.

    Call: {{ cdp_activate.check_timestamps() }}
#}
{% macro check_timestamps() %}
    {{- return(adapter.dispatch('check_timestamps', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__check_timestamps() %}
    {{- return('') -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/parameters#timestamp-type-mapping #}
{% macro snowflake__check_timestamps() %}
    {%- set type = adapter.get_column_schema_from_query(
        "select cast('2026-01-01' as timestamp) as told_at"
    )[0].data_type -%}
    {{- return(cdp_activate.refuse_zoned_timestamps(type)) -}}
{% endmacro %}

{% macro refuse_zoned_timestamps(type) %}
    {%- if cdp_activate.kind_of_type(type) == 'zoned' -%}
        {{ exceptions.raise_compiler_error(
            "In this session a timestamp is a " ~ type ~ ", and times would be read "
            ~ "in the session's time zone: run alter user <the user of your profile> "
            ~ "set timestamp_type_mapping = 'TIMESTAMP_NTZ', which is what Snowflake "
            ~ "has by default."
        ) }}
    {%- endif -%}
    {{- return('') -}}
{% endmacro %}
