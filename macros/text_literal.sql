{#
    A text as a literal.

    Call:   {{ cdp_activate.text_literal("can't") }}
    Output: cast('can''t' as text)
#}
{% macro text_literal(text) %}
    {{- return(adapter.dispatch('text_literal', 'cdp_activate')(text)) -}}
{% endmacro %}

{% macro default__text_literal(text) %}
    {{- return(
        'cast(' ~ dbt.string_literal(dbt.escape_single_quotes(text | string)) ~ ' as '
        ~ dbt.type_string() ~ ')'
    ) -}}
{% endmacro %}

{# A backslash is an escape there:
   https://docs.snowflake.com/en/sql-reference/data-types-text
   https://cloud.google.com/bigquery/docs/reference/standard-sql/lexical
   https://spark.apache.org/docs/latest/sql-ref-literals.html #}
{% macro snowflake__text_literal(text) %}
    {{- return(cdp_activate.default__text_literal(
        (text | string).replace('\\', '\\\\')
    )) -}}
{% endmacro %}

{% macro bigquery__text_literal(text) %}
    {{- return(cdp_activate.snowflake__text_literal(text)) -}}
{% endmacro %}

{% macro spark__text_literal(text) %}
    {{- return(cdp_activate.snowflake__text_literal(text)) -}}
{% endmacro %}
