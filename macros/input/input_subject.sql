{#
    The select of one subject of the input contract: the columns that the model's
    yml declares, in its order and of its types, from the table that the variable
    `cdp_inputs` maps to the subject.

    Call:   {{ cdp_activate.input_subject('orders') }}
    Input:  the mapped table, with at least the columns marked `required`
    Output: select
                cast("order_id" as text) as order_id,
                cast(null as text) as coupon      -- the table lacks it
            from shop.orders

    A subject that is not mapped is an empty table with the right columns. What
    cannot be used (no such table, a required column missing, customers not
    mapped) stops `dbt run` and `dbt build` with a sentence that says what to do.
    Commands that build nothing (`dbt compile`, `dbt docs generate`) see an empty
    table instead, so they work before the raw tables are loaded.
#}
{% macro input_subject(subject) %}

    {#- Also while dbt parses: this is what makes the lineage. -#}
    {%- set relation = cdp_activate.input_relation(subject) -%}

    {%- if not execute -%}
        {{ return('select 1 as parsed') }}
    {%- endif -%}

    {%- set found = namespace(relation=none) -%}
    {%- if relation is not none and not relation.is_cte -%}
        {%- set found.relation = load_relation(relation) -%}
    {%- endif -%}

    {%- set actual_columns = {} -%}
    {%- if found.relation is not none -%}
        {%- for column in adapter.get_columns_in_relation(found.relation) -%}
            {%- do actual_columns.update({column.name | lower: column}) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if flags.WHICH in ['run', 'build', 'retry'] -%}
        {{ cdp_activate.check_input_subject(
            subject, relation, found.relation, actual_columns
        ) }}
    {%- endif -%}

    select
    {%- for name, column in model.columns.items() %}
        {%- set type = cdp_activate.contract_type(column) %}
        {%- set actual = actual_columns.get(name | lower) %}
        {{ cdp_activate.cast_input(actual, type) }} as {{ name }}
        {%- if not loop.last %},{% endif %}
    {%- endfor %}
    {%- if found.relation is not none %}
    from {{ found.relation }}
    {%- else %}
    from (select 1 as nothing) as no_table
    where 1 = 0
    {%- endif %}

{% endmacro %}
