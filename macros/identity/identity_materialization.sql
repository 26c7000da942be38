{#
    How the tables of identity that remember are kept: incremental where the
    warehouse can replace all rows of a key at once, a table built anew elsewhere.

    Call: {{ config(materialized=cdp_activate.identity_materialization()) }}

    https://docs.getdbt.com/docs/build/incremental-strategy#supported-incremental-strategies-by-adapter
#}
{% macro identity_materialization() %}
    {{- return(adapter.dispatch('identity_materialization', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__identity_materialization() %}
    {{- return('incremental') -}}
{% endmacro %}

{% macro bigquery__identity_materialization() %}
    {{- return('table') -}}
{% endmacro %}

{% macro spark__identity_materialization() %}
    {{- return('table') -}}
{% endmacro %}
