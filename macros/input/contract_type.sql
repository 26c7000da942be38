{#
    The type that the contract wants a column of the input to have.

    Call:    {% set type = cdp_activate.contract_type(column) %}
    Takes:   a column of the yml of input_<subject>
    Returns: numeric(18,2)

    On BigQuery, where contracts say `numeric` (see cast_as), the digits behind the
    point are those of `config.meta.digits`, two where it says none.
#}
{% macro contract_type(column) %}
    {{- return(adapter.dispatch('contract_type', 'cdp_activate')(column)) -}}
{% endmacro %}

{% macro default__contract_type(column) %}
    {{- return(api.Column.translate_type(column.data_type)) -}}
{% endmacro %}

{% macro bigquery__contract_type(column) %}
    {%- if column.data_type != 'numeric' -%}
        {{- return(cdp_activate.default__contract_type(column)) -}}
    {%- endif -%}
    {%- set meta = (column.get('config') or {}).get('meta') or column.get('meta') or {} -%}
    {{- return('numeric(18,' ~ meta.get('digits', 2) ~ ')') -}}
{% endmacro %}
