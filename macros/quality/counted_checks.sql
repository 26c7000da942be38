{#
    The rows of data_quality that one relation has in columns.

    Call:  {{ cdp_activate.counted_checks('orders', checks, 'counted_orders') }}
    Takes: a subject; its checks; a relation of one row with row_count and a column
           for each check
#}
{% macro counted_checks(subject, checks, relation) %}
    {%- for check in checks -%}
    select
        '{{ subject }}' as subject,
        '{{ check["name"] }}' as check_name,
        cast({{ check['name'] }} as {{ dbt.type_bigint() }}) as affected_row_count,
        row_count as all_row_count,
        {{ dbt.string_literal(check['done']) }} as what_was_done,
        {{ dbt.string_literal(check['to_do']) }} as what_to_do
    from {{ relation }}
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}
{%- endmacro %}
