{#
    What a model or seed holds before this run builds it: its relation, or an empty one of
    the given columns when it was never built. The model is one of the calling
    model's project, or of the one named as `package`.

    Call:   from {{ cdp_activate.relation_before(
                'audience_runs', {'audience': 'string', 'as_of': 'timestamp'}
            ) }} as runs
    Output: from "warehouse"."main"."audience_runs" as runs

    This is not `ref`: it makes no edge in the lineage. It is for histories that
    depend on their own past, where `ref` would be a cycle.
#}
{% macro relation_before(name, columns, package=none) %}

    {%- set found = namespace(relation=none) -%}
    {%- if execute -%}
        {%- for node in graph.nodes.values() -%}
            {%- if
                node.resource_type in ['model', 'seed']
                and node.name == name
                and node.package_name == (package or model.package_name)
            -%}
                {%- set found.relation = load_relation(api.Relation.create(
                    database=node.database,
                    schema=node.schema,
                    identifier=node.alias
                )) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if found.relation is not none -%}
        {{- return(found.relation) -}}
    {%- endif -%}

    {%- set nothing = [] -%}
    {%- for column, type in columns.items() -%}
        {%- do nothing.append(
            'cast(null as ' ~ api.Column.translate_type(type) ~ ') as ' ~ column
        ) -%}
    {%- endfor -%}
    {{- return(
        '(select ' ~ nothing | join(', ')
        ~ ' from (select 1 as nothing) as no_table where 1 = 0)'
    ) -}}

{% endmacro %}

{#
    The history of memberships as the run before left it: what this run adds to
    it is dated as_of, and does not exist for the audiences of this run.
#}
{% macro audience_members_before() %}
    {{- return(cdp_activate.relation_before('audience_members', {
        'audience': 'string',
        'entity_key': 'string',
        'variant': 'string',
        'entered_at': 'timestamp',
        'exited_at': 'timestamp',
    })) -}}
{% endmacro %}

{#
    The same for models of this package, which know the audiences of the project
    that dbt runs in. Audiences may ask about experiments, which are made of
    audiences: the history as it was before is what keeps that from being a circle.
#}
{% macro audience_history() %}
    {{- return(cdp_activate.relation_before('audience_members', {
        'audience': 'string',
        'entity_key': 'string',
        'variant': 'string',
        'entered_at': 'timestamp',
        'exited_at': 'timestamp',
    }, package=project_name)) -}}
{% endmacro %}

{#
    The links between customers as the run before left them: what they were made of
    had been looked at by then.
#}
{% macro identity_edges_before() %}
    {{- return(cdp_activate.relation_before('identity_edges', {
        'noted_at': 'timestamp',
    })) -}}
{% endmacro %}
