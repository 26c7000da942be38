{#
    One column of an input table in the type of the contract; null when the table
    lacks it. Times that carry a zone become UTC, also when they are texts and only
    some of them carry one.

    Call:   {{ cdp_activate.cast_input(column, 'timestamp') }}
    Takes:  a column as dbt describes it, or none; a type
    Output: cast("ordered_at" as timestamp)
#}
{% macro cast_input(column, type) %}

    {%- if column is none -%}
        {{- return('cast(null as ' ~ type ~ ')') -}}
    {%- endif -%}

    {%- set name = adapter.quote(column.name) -%}
    {%- set actual_type = column.data_type | lower -%}
    {%- set has_zone = 'with time zone' in actual_type
        or actual_type in ['timestamptz', 'timestamp_tz', 'timestamp_ltz'] -%}

    {%- set is_text = 'char' in actual_type or 'text' in actual_type
        or 'string' in actual_type -%}

    {%- if is_text and type | lower == dbt.type_timestamp() | lower -%}
        {{- return(cdp_activate.utc_timestamp_of_text(name)) -}}
    {%- elif has_zone and type | lower == dbt.type_timestamp() | lower -%}
        {{- return(cdp_activate.utc_timestamp(name)) -}}
    {%- else -%}
        {{- return('cast(' ~ name ~ ' as ' ~ type ~ ')') -}}
    {%- endif -%}

{% endmacro %}
