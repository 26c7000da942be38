{#
    One column of an input table in the type of the contract; null when the table
    lacks it, and where a value is blank, infinite or cannot be read as that type.
    Times that carry a zone become UTC, also when they are texts and only some of
    them carry one.

    Call:   {{ cdp_activate.cast_input(column, 'timestamp') }}
    Takes:  a column as dbt describes it, or none; a type
    Output: cast("ordered_at" as timestamp)

    What cannot be read stops no build: data_quality counts it, see
    unreadable_columns.
#}
{% macro cast_input(column, type) %}

    {%- if column is none -%}
        {{- return(cdp_activate.cast_as('null', type)) -}}
    {%- endif -%}

    {%- set name = adapter.quote(column.name) -%}
    {%- set given = cdp_activate.kind_of_type(column.data_type) -%}
    {%- set wanted = cdp_activate.kind_of_type(type) -%}

    {%- if given == 'text' and wanted == 'text' -%}
        {%- set name = cdp_activate.given_text(name) -%}
    {%- elif given == 'number' and wanted == 'text'
        and not cdp_activate.holds_whole_numbers(column.data_type) -%}
        {{- return(cdp_activate.number_as_text(name)) -}}
    {%- elif cdp_activate.is_read_as_text(column.data_type, wanted) -%}
        {%- if given == 'other' -%}
            {%- set name = cdp_activate.text_of_other(name) -%}
        {%- endif -%}
        {{- return(cdp_activate.of_exact_type(
            cdp_activate.read_text(name, type), type
        )) -}}
    {%- elif given == 'number' and wanted == 'number'
        and not cdp_activate.fits_type(column.data_type, type) -%}
        {%- set most = cdp_activate.most_of_type(type) -%}
        {%- set number = name -%}
        {%- if type | lower in ['int', 'integer', 'int64'] -%}
            {#- Warehouses differ in what half of one is rounded to. -#}
            {%- set number = 'round('
                ~ cdp_activate.cast_as(name, 'numeric(18, 2)') ~ ', 0)' -%}
        {%- endif -%}
        {{- return(cdp_activate.of_exact_type(
            'case when ' ~ name ~ ' between -' ~ most ~ ' and ' ~ most
            ~ ' then ' ~ cdp_activate.cast_as(number, type) ~ ' end', type
        )) -}}
    {%- elif cdp_activate.has_no_reading(given, wanted) -%}
        {{- return(cdp_activate.cast_as('null', type)) -}}
    {%- endif -%}
    {%- set value = cdp_activate.cast_as(name, type) -%}
    {%- if given == 'zoned' and wanted == 'timestamp' -%}
        {%- set value = cdp_activate.utc_timestamp(name) -%}
    {%- elif given == 'zoned' and wanted == 'date' -%}
        {%- set value = 'cast(' ~ cdp_activate.utc_timestamp(name) ~ ' as date)' -%}
    {%- endif -%}
    {%- if given == 'number' and wanted == 'number'
        and cdp_activate.may_be_no_number(column.data_type) -%}
        {%- set value = cdp_activate.finite_number(value) -%}
    {%- endif -%}
    {%- if cdp_activate.are_times(given, wanted) -%}
        {%- set value = cdp_activate.finite_time(name, value) -%}
    {%- elif column.name != column.name | lower -%}
        {#- DuckDB describes what is only called VALUE instead of value by its old
            name, where the contract looks for the new one. -#}
        {%- set value = 'case when 1 = 1 then ' ~ value ~ ' end' -%}
    {%- endif -%}
    {{- return(value) -}}

{% endmacro %}


{#
    A number of a type with digits behind the point; what else there is as it is. In
    PostgreSQL a case forgets the digits of its branches, so that 2.00 would be read
    and written as 2 from there on, in our unit tests too.
#}
{% macro of_exact_type(expression, type) %}
    {{- return(
        cdp_activate.cast_as(expression, type) if '(' in type else expression
    ) -}}
{% endmacro %}


{#
    A number as a text, the same on every warehouse: whole ones without a point, so
    that keys which one table has as whole numbers and another, because some are
    missing, as floating ones are the same. Null for what is no number.

    Input:  1.0   2.5   NaN
    Output: '1'   '2.5' null
#}
{% macro number_as_text(expression) %}
    {%- set text = dbt.type_string() -%}
    {{- return(
        'case when abs(' ~ expression ~ ') < 1e15 and ' ~ expression ~ ' = floor('
        ~ expression ~ ') then cast(cast(' ~ expression ~ ' as ' ~ dbt.type_bigint()
        ~ ') as ' ~ text ~ ') when abs(' ~ expression ~ ') < 1e300 then cast('
        ~ expression ~ ' as ' ~ text ~ ') end'
    ) -}}
{% endmacro %}


{#
    What neither is a text nor a time or number, as the text that read_text reads: of
    JSON without the quotes around it, and without the null that is a value there.

    Input:  "2026-01-31" (JSON)   null (JSON)   true
    Output: '2026-01-31'          null          'true'
#}
{% macro text_of_other(expression) %}
    {{- return(
        "nullif(replace(" ~ cdp_activate.other_as_text(expression)
        ~ ", '\"', ''), 'null')"
    ) -}}
{% endmacro %}

{% macro other_as_text(expression) %}
    {{- return(adapter.dispatch('other_as_text', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__other_as_text(expression) %}
    {{- return('cast(' ~ expression ~ ' as ' ~ dbt.type_string() ~ ')') -}}
{% endmacro %}

{# JSON has no cast there:
   https://cloud.google.com/bigquery/docs/reference/standard-sql/conversion_functions #}
{% macro bigquery__other_as_text(expression) %}
    {{- return('to_json_string(' ~ expression ~ ')') -}}
{% endmacro %}


{#
    What a text says as a time, date or number, in one notation on every warehouse:
    warehouses guess differently (01/02/2026 is in January or in February), and
    stop at what they cannot guess. Null when it is written otherwise.

    Call:   {{ cdp_activate.read_text('"ordered_at"', 'timestamp') }}
    Takes:  an SQL expression; a type
    Input:  2026-01-31T07:00:00+07:00   31/01/2026   yesterday   ' '
    Output: 2026-01-31 00:00:00         null         null        null

    Times and dates are written as ISO 8601 has them, an offset and the time of
    day left out at will; numbers with digits and a point. A date is the one that
    is written, whatever the time and offset behind it.
#}
{% macro read_text(expression, type) %}

    {%- set kind = cdp_activate.kind_of_type(type) -%}
    {%- set text = 'upper(trim(' ~ expression ~ '))' -%}
    {%- if kind == 'timestamp' -%}
        {#- DuckDB reads no space before an offset. -#}
        {%- set value = cdp_activate.utc_timestamp_of_text(
            'replace(replace(' ~ text ~ ", ' +', '+'), ' -', '-')"
        ) -%}
    {%- elif kind == 'date' -%}
        {%- set value = cdp_activate.cast_or_null(
            'substring(' ~ text ~ ', 1, 10)', type
        ) -%}
    {%- elif '(' in type -%}
        {%- set value = cdp_activate.cast_or_null(text, type) -%}
    {%- else -%}
        {#- Not every warehouse reads 2.0 as a whole number. -#}
        {%- set value = 'cast(round('
            ~ cdp_activate.cast_or_null(text, 'numeric(18, 2)') ~ ', 0) as '
            ~ type ~ ')' -%}
    {%- endif -%}
    {%- set pattern = cdp_activate.number_pattern(type) if kind == 'number'
        else cdp_activate.time_pattern() -%}
    {{- return(
        'case when ' ~ cdp_activate.matches_pattern(text, pattern) ~ ' then '
        ~ value ~ ' end'
    ) -}}

{% endmacro %}


{#
    An ISO 8601 date that is in the calendar, with or without a time and an offset.
    Without backslashes, which not all warehouses leave alone in a literal.
#}
{% macro time_pattern() %}
    {%- set year =
        '([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)' -%}
    {%- set leap_year = '([0-9]{2}(0[48]|[2468][048]|[13579][26])'
        ~ '|(0[48]|[2468][048]|[13579][26])00)' -%}
    {%- set day = '((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])'
        ~ '|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31)' -%}
    {%- set time = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?' -%}
    {%- set offset = '(Z| ?UTC| ?[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)' -%}
    {{- return(
        '^(' ~ year ~ '-' ~ day ~ '|' ~ leap_year ~ '-02-29)'
        ~ '([ T]' ~ time ~ offset ~ '?)?$'
    ) -}}
{% endmacro %}


{# Digits, with or without a point, of a size that the type holds. #}
{% macro number_pattern(type) %}
    {%- set digits = [cdp_activate.most_of_type(type) | string | length, 15] | min -%}
    {%- if '(' not in type and digits == 10 -%}
        {%- set digits = 9 -%}
    {%- endif -%}
    {{- return(
        '^[+-]?([0-9]{1,' ~ digits ~ '}([.][0-9]*)?|[.][0-9]+)$'
    ) -}}
{% endmacro %}
