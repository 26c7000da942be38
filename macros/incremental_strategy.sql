{#
    How the adapter replaces rows of an incremental table by their unique key.

    Call:   config(incremental_strategy=cdp_activate.incremental_strategy())
    Output: delete+insert

    Spark and BigQuery have no delete+insert; merge does the same where the key is
    that of one row. On Spark the table must be of a format that can (Delta,
    Iceberg, Hudi).
#}
{% macro incremental_strategy() %}
    {{- return(adapter.dispatch('incremental_strategy', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__incremental_strategy() %}
    {{- return('delete+insert') -}}
{% endmacro %}

{% macro spark__incremental_strategy() %}
    {{- return('merge') -}}
{% endmacro %}

{% macro bigquery__incremental_strategy() %}
    {{- return('merge') -}}
{% endmacro %}

{#
    How the adapter adds rows to an incremental table from which those that they
    take the place of are gone already.

    Call:   config(incremental_strategy=cdp_activate.adding_strategy())
    Output: append

    BigQuery has no append; a merge by the unique key finds nothing to replace.
#}
{% macro adding_strategy() %}
    {{- return(adapter.dispatch('adding_strategy', 'cdp_activate')()) -}}
{% endmacro %}

{% macro default__adding_strategy() %}
    {{- return('append') -}}
{% endmacro %}

{% macro bigquery__adding_strategy() %}
    {{- return('merge') -}}
{% endmacro %}
