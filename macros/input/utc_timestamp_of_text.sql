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

{# Of offsets it reads few by itself: neither +07 nor +0700 behind a T, nor UTC. So the
   time on the clock is read, and the offset taken off:
   https://docs.snowflake.com/en/sql-reference/date-time-input-output#supported-formats-for-auto-detection #}
{% macro snowflake__utc_timestamp_of_text(expression) %}
    {%- set clock = "replace(regexp_substr(" ~ expression
        ~ ", '[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9:.]+)?'), 'T', ' ')" -%}
    {%- set offset = "rpad(replace(regexp_substr(substring(" ~ expression
        ~ ", 12), '[+-][0-9:]+'), ':', ''), 5, '0')" -%}
    {%- set minutes = 'coalesce(-60 * try_cast(left(' ~ offset
        ~ ', 3) as integer) - try_cast(left(' ~ offset ~ ', 1) || right(' ~ offset
        ~ ', 2) as integer), 0)' -%}
    {{- return(
        'dateadd(minute, ' ~ minutes ~ ', '
        ~ cdp_activate.cast_or_null(clock, 'timestamp_ntz') ~ ')'
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
