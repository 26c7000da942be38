{#
    The table that the variable `cdp_inputs` maps to a subject.

    Call:    {% set relation = cdp_activate.input_relation('orders') %}
    Returns: a relation, or none when the subject is not mapped

    A relation given as text or as a source may not exist. `ref` and `source` are
    called here, also while dbt parses, so that the lineage begins at the user's
    own tables.
#}
{% macro input_relation(subject) %}

    {%- set mapped = cdp_activate.given_inputs().get(subject) -%}

    {%- if mapped is none -%}
        {{ return(none) }}
    {%- elif mapped is string and modules.re.match(
        '^[^. ]+[.][^. ]+([.][^. ]+)?$', mapped
    ) -%}
        {%- set parts = mapped.split('.') -%}
        {{ return(api.Relation.create(
            database=parts[0] if parts | length == 3 else (target.database or none),
            schema=parts[-2],
            identifier=parts[-1]
        )) }}
    {%- elif mapped is mapping and mapped.get('ref') is string -%}
        {#- Ours of that name is made of it: the project's own is meant. -#}
        {%- if mapped['ref'] == subject -%}
            {{ return(ref(project_name, subject)) }}
        {%- endif -%}
        {{ return(ref(mapped['ref'])) }}
    {%- elif mapped is mapping and mapped.get('ref') is sequence
        and mapped['ref'] | length == 2 -%}
        {{ return(ref(mapped['ref'][0], mapped['ref'][1])) }}
    {%- elif mapped is mapping and mapped.get('source') is sequence
        and mapped['source'] is not string
        and mapped['source'] | length == 2 -%}
        {{ return(source(mapped['source'][0], mapped['source'][1])) }}
    {%- endif -%}

    {{ exceptions.raise_compiler_error(
        "The variable cdp_inputs maps '" ~ subject ~ "' to '" ~ mapped ~ "', "
        ~ "which names no table: write schema.table, database.schema.table, "
        ~ "{ref: model}, {ref: [package, model]} or {source: [source, table]}."
    ) }}

{% endmacro %}
