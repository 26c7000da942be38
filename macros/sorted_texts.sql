{#
    The texts of a group, sorted and separated by commas, as an aggregate.

    Call:   {{ cdp_activate.sorted_texts('buying_role') }}
    Output: string_agg(buying_role, ', ' order by buying_role)
#}
{% macro sorted_texts(expression) %}
    {{- return(adapter.dispatch('sorted_texts', 'cdp_activate')(expression)) -}}
{% endmacro %}

{% macro default__sorted_texts(expression) %}
    {{- return(
        dbt.listagg(expression, "', '", 'order by ' ~ expression)
    ) -}}
{% endmacro %}

{# dbt's listagg cannot sort there:
   https://spark.apache.org/docs/latest/api/sql/#sort_array #}
{% macro spark__sorted_texts(expression) %}
    {{- return("array_join(sort_array(collect_list(" ~ expression ~ ")), ', ')") -}}
{% endmacro %}
