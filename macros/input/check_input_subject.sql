{#
    Stops with one sentence when the table of a subject cannot be used.

    Call:  {{ cdp_activate.check_input_subject(subject, mapped, found, columns) }}
    Takes: the subject; the relation that is mapped (or none); the relation that
           exists (or none); its columns by lower-case name

    The required columns are those of the calling model's yml that have
    `config.meta.required: true`.
#}
{% macro check_input_subject(subject, mapped, found, columns) %}

    {%- set own_model = 'or write your own model input_' ~ subject
        ~ ' and disable the one of the package' -%}

    {%- if subject == 'customers' -%}
        {{ cdp_activate.check_variables() }}
        {{ cdp_activate.check_project() }}
        {{ cdp_activate.check_timestamps() }}
    {%- endif -%}
    {{ cdp_activate.check_input_names() }}

    {%- if subject == 'customers' and mapped is none -%}
        {{ exceptions.raise_compiler_error(
            "No table is mapped to the subject 'customers', the only one that "
            ~ "is obligatory: say in the vars of dbt_project.yml which of your "
            ~ "tables is which subject, cdp_inputs: {customers: crm.customers, "
            ~ "orders: shop.orders}, " ~ own_model ~ "."
        ) }}
    {%- elif mapped is not none and mapped.is_cte -%}
        {{ exceptions.raise_compiler_error(
            "The subject '" ~ subject ~ "' is mapped to the ephemeral model "
            ~ mapped.identifier ~ ", whose columns cannot be looked up: "
            ~ "materialize it as a view or a table, " ~ own_model ~ "."
        ) }}
    {%- elif mapped is not none and found is none -%}
        {{ exceptions.raise_compiler_error(
            "The subject '" ~ subject ~ "' is mapped to the table "
            ~ mapped.include(database=false) ~ ", which does not exist in "
            ~ "the database " ~ mapped.database ~ ": load that table, map "
            ~ "another one in the variable cdp_inputs, " ~ own_model ~ "."
        ) }}
    {%- elif found is not none -%}
        {%- set missing = [] -%}
        {%- for name, column in model.columns.items() -%}
            {%- set meta = (column.get('config') or {}).get('meta')
                or column.get('meta') or {} -%}
            {%- if meta.get('required') and name | lower not in columns -%}
                {%- do missing.append(name) -%}
            {%- endif -%}
        {%- endfor -%}
        {%- if missing -%}
            {{ exceptions.raise_compiler_error(
                "The table " ~ found.include(database=false) ~ ", mapped to the "
                ~ "subject '" ~ subject ~ "', lacks the required column"
                ~ ("s " if missing | length > 1 else " ")
                ~ missing | join(', ') ~ ": add "
                ~ ("them" if missing | length > 1 else "it")
                ~ ", map another table in the variable cdp_inputs, "
                ~ own_model ~ "."
            ) }}
        {%- endif -%}
    {%- endif -%}

{% endmacro %}
