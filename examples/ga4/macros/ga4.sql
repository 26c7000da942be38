{#
    What differs between warehouses in reading the export. On BigQuery it is read as
    it is; elsewhere as it arrives there: lists of structs on DuckDB and Spark,
    variant on Snowflake, jsonb on PostgreSQL.
#}


{# A field of a struct: {{ ga4_field('device', 'category') }} #}
{% macro ga4_field(struct, name, type='text') %}
    {{- return(adapter.dispatch('ga4_field', 'ga4')(struct, name, type)) -}}
{% endmacro %}

{% macro default__ga4_field(struct, name, type) %}
    {{- return(struct ~ '.' ~ name) -}}
{% endmacro %}

{% macro snowflake__ga4_field(struct, name, type) %}
    {{- return(struct ~ ':' ~ name ~ '::' ~ type) -}}
{% endmacro %}

{% macro postgres__ga4_field(struct, name, type) %}
    {{- return('cast(' ~ struct ~ " ->> '" ~ name ~ "' as " ~ type ~ ')') -}}
{% endmacro %}


{# A value of event_params: {{ ga4_param('page_location') }}; kind string_value,
   int_value, float_value or double_value. Null when the key is not there. #}
{% macro ga4_param(key, kind='string_value') %}
    {{- return(adapter.dispatch('ga4_param', 'ga4')(key, kind)) -}}
{% endmacro %}

{% macro default__ga4_param(key, kind) %}
    {{- return(
        '(select parameter.value.' ~ kind ~ ' from unnest(event_params) as '
        ~ "parameter where parameter.key = '" ~ key ~ "' limit 1)"
    ) -}}
{% endmacro %}

{% macro duckdb__ga4_param(key, kind) %}
    {{- return(
        "list_filter(event_params, lambda p: p.key = '" ~ key ~ "')[1].value."
        ~ kind
    ) -}}
{% endmacro %}

{# https://spark.apache.org/docs/latest/api/sql/#filter #}
{% macro spark__ga4_param(key, kind) %}
    {{- return(
        "get(filter(event_params, p -> p.key = '" ~ key ~ "'), 0).value." ~ kind
    ) -}}
{% endmacro %}

{# https://docs.snowflake.com/en/sql-reference/functions/filter #}
{% macro snowflake__ga4_param(key, kind) %}
    {{- return(
        "filter(event_params, p -> p:key::text = '" ~ key ~ "')[0]:value:" ~ kind
        ~ ('::text' if kind == 'string_value' else '::number(38, 6)')
    ) -}}
{% endmacro %}

{# https://www.postgresql.org/docs/current/functions-json.html #}
{% macro postgres__ga4_param(key, kind) %}
    {{- return(
        "cast(jsonb_path_query_first(event_params, '$[*] ? (@.key == \"" ~ key
        ~ "\").value." ~ kind ~ "') #>> '{}' as "
        ~ ('text' if kind == 'string_value' else 'numeric') ~ ')'
    ) -}}
{% endmacro %}


{# Joins each item of a list to its row: from ga4_events {{ ga4_each_item() }} #}
{% macro ga4_each_item() %}
    {{- return(adapter.dispatch('ga4_each_item', 'ga4')()) -}}
{% endmacro %}

{% macro default__ga4_each_item() %}
    {{- return('cross join unnest(items) as item') -}}
{% endmacro %}

{% macro duckdb__ga4_each_item() %}
    {{- return('cross join unnest(items) as unnested (item)') -}}
{% endmacro %}

{% macro spark__ga4_each_item() %}
    {{- return('lateral view explode(items) as item') -}}
{% endmacro %}

{% macro snowflake__ga4_each_item() %}
    {{- return('cross join lateral flatten(input => items) as flat (s, k, p, i, item, t)') -}}
{% endmacro %}

{% macro postgres__ga4_each_item() %}
    {{- return('cross join lateral jsonb_array_elements(items) as unnested (item)') -}}
{% endmacro %}


{# The first item's field, or null: {{ ga4_first_item('item_id') }} #}
{% macro ga4_first_item(name) %}
    {{- return(adapter.dispatch('ga4_first_item', 'ga4')(name)) -}}
{% endmacro %}

{% macro default__ga4_first_item(name) %}
    {{- return('items[safe_offset(0)].' ~ name) -}}
{% endmacro %}

{% macro duckdb__ga4_first_item(name) %}
    {{- return('items[1].' ~ name) -}}
{% endmacro %}

{% macro spark__ga4_first_item(name) %}
    {{- return('get(items, 0).' ~ name) -}}
{% endmacro %}

{% macro snowflake__ga4_first_item(name) %}
    {{- return('items[0]:' ~ name ~ '::text') -}}
{% endmacro %}

{% macro postgres__ga4_first_item(name) %}
    {{- return("items -> 0 ->> '" ~ name ~ "'") -}}
{% endmacro %}


{# Microseconds since 1970 as an instant in UTC. #}
{% macro ga4_instant(microseconds) %}
    {{- return(adapter.dispatch('ga4_instant', 'ga4')(microseconds)) -}}
{% endmacro %}

{% macro default__ga4_instant(microseconds) %}
    {{- return('timestamp_micros(' ~ microseconds ~ ')') -}}
{% endmacro %}

{% macro duckdb__ga4_instant(microseconds) %}
    {{- return('make_timestamp(' ~ microseconds ~ ')') -}}
{% endmacro %}

{% macro snowflake__ga4_instant(microseconds) %}
    {{- return('to_timestamp_ntz(' ~ microseconds ~ ', 6)') -}}
{% endmacro %}

{% macro postgres__ga4_instant(microseconds) %}
    {{- return(
        "timestamp '1970-01-01' + " ~ microseconds ~ " * interval '1 microsecond'"
    ) -}}
{% endmacro %}
