{#
    A text as a timestamp in UTC without a zone: what names an offset is brought to
    UTC, what names none is taken as UTC.

    Call:   {{ cdp_activate.utc_timestamp_of_text('ordered_at') }}
    Input:  2026-01-01T07:00:00+07:00   2026-01-01 00:00:00   2026-01-01T00:00:00Z
    Output: three times 2026-01-01 00:00:00

    `read_text` says which texts are times at all.

    A plain cast would leave the offset out in PostgreSQL, and one to the type with
    a zone would read the second in the zone of the session.
#}
{% macro utc_timestamp_of_text(expression) %}
    {{- return(adapter.dispatch('utc_timestamp_of_text', 'cdp_activate')(
        expression
    )) -}}
{% endmacro %}

{% macro default__utc_timestamp_of_text(expression) %}
    {%- set patterns = [
        '%Z', '%:%+__', '%:%-__', '%:%+____', '%:%-____', '%:%+__:__',
        '%:%-__:__',
    ] -%}
    {%- set conditions = [] -%}
    {%- for pattern in patterns -%}
        {%- do conditions.append(expression ~ " like '" ~ pattern ~ "'") -%}
    {%- endfor -%}
    {{- return(
        'case when ' ~ conditions | join(' or ') ~ ' then '
        ~ cdp_activate.utc_timestamp(cdp_activate.cast_or_null(
            expression, cdp_activate.type_timestamp_zoned()
        )) ~ ' else '
        ~ cdp_activate.cast_or_null(expression, dbt.type_timestamp()) ~ ' end'
    ) -}}
{% endmacro %}

{# A timestamp is an instant there, and the session is in UTC unless told otherwise:
   https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions #}
{% macro bigquery__utc_timestamp_of_text(expression) %}
    {{- return(cdp_activate.cast_or_null(expression, 'timestamp')) -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/sql-ref-literals.html #}
{% macro spark__utc_timestamp_of_text(expression) %}
    {{- return(cdp_activate.cast_or_null(expression, 'timestamp')) -}}
{% endmacro %}
