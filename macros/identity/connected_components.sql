{#
    The connected components of a graph, until nothing changes.

    Call:    {% set components = cdp_activate.connected_components(query) %}
    Takes:   a query that gives the edges: two columns, node_a and node_b, whole
             numbers below 2^31 - 1, in any direction, doubles allowed
    Returns: a relation with one row for each node that has an edge: node,
             component (a node of its component, the same for all of it)

    In each round every node points at one of its neighbours or itself, the least
    in an order drawn anew for each round; what points at the same node becomes
    one node, edges within it vanish, and the next round has fewer of both (Boegeholz,
    Brand, Todor, In-database connected component analysis, 2020). A chain of a
    million takes some thirty rounds, a graph of people five. At the end the rounds
    are put together from the last to the first. Only joins and group by are used.

    The order in a round is (factor * node + shift) mod (2^31 - 1), a prime, so no
    two nodes tie. Work tables stand beside the model and are dropped by
    drop_component_tables().
#}
{% macro connected_components(query) %}

    {%- set prime = 2147483647 -%}
    {%- set rounds = namespace(left=1) -%}
    {%- set edges = cdp_activate.component_table('edges_0') -%}
    {%- do cdp_activate.component_write(edges, query) -%}
    {%- set written = [edges] -%}
    {%- set pointers = [] -%}

    {%- for number in range(200) -%}{%- if rounds.left -%}
        {%- set factor = (48271 * (number + 3) * (number + 7) + 69621) % prime -%}
        {%- set rank = 'mod(' ~ factor ~ ' * {} + '
            ~ (16807 * (number + 1)) ~ ', ' ~ prime ~ ')' -%}
        {%- set pointer = cdp_activate.component_table('round_' ~ number) -%}
        {%- do cdp_activate.component_write(pointer, "
            select
                node,
                case
                    when min(" ~ rank.format('neighbour') ~ ") < "
                        ~ rank.format('node') ~ "
                        then min(" ~ rank.format('neighbour') ~ ")
                    else " ~ rank.format('node') ~ "
                end as lowest
            from (
                select
                    cast(node_a as " ~ dbt.type_bigint() ~ ") as node,
                    cast(node_b as " ~ dbt.type_bigint() ~ ") as neighbour
                from " ~ written[-1] ~ "
                union all
                select
                    cast(node_b as " ~ dbt.type_bigint() ~ ") as node,
                    cast(node_a as " ~ dbt.type_bigint() ~ ") as neighbour
                from " ~ written[-1] ~ "
            ) as sides
            group by node
        ") -%}
        {%- do pointers.append(pointer) -%}
        {%- set edges = cdp_activate.component_table('edges_' ~ (number + 1)) -%}
        {%- do cdp_activate.component_write(edges, "
            select distinct
                ones.lowest as node_a,
                others.lowest as node_b
            from " ~ written[-1] ~ " as edges
            inner join " ~ pointer ~ " as ones on edges.node_a = ones.node
            inner join " ~ pointer ~ " as others on edges.node_b = others.node
            where ones.lowest <> others.lowest
        ") -%}
        {%- do written.append(edges) -%}
        {%- set rounds.left =
            run_query('select count(*) from ' ~ edges).rows[0][0] | int -%}
    {%- endif -%}{%- endfor -%}

    {#- What a node became in the last round, then in the one before, ... -#}
    {%- set composed = namespace(table=none) -%}
    {%- set layers = [] -%}
    {%- for pointer in pointers | reverse -%}
        {%- set table = cdp_activate.component_table(
            'components' if loop.last else 'composed_' ~ loop.revindex
        ) -%}
        {%- if composed.table is none -%}
            {%- do cdp_activate.component_write(table,
                'select node, lowest as component from ' ~ pointer
            ) -%}
        {%- else -%}
            {%- do cdp_activate.component_write(table, "
                select
                    pointers.node,
                    coalesce(later.component, pointers.lowest) as component
                from " ~ pointer ~ " as pointers
                left join " ~ composed.table ~ " as later
                    on pointers.lowest = later.node
            ") -%}
        {%- endif -%}
        {%- do layers.append(table) -%}
        {%- set composed.table = table -%}
    {%- endfor -%}

    {%- for table in written + pointers + layers if table != composed.table -%}
        {%- do run_query('drop table if exists ' ~ table) -%}
    {%- endfor -%}

    {{ return(composed.table) }}

{% endmacro %}


{% macro component_table(name) %}
    {{ return(api.Relation.create(
        database=this.database, schema=this.schema,
        identifier=this.identifier ~ '__' ~ name, type='table'
    )) }}
{% endmacro %}


{% macro component_write(table, query) %}
    {%- do run_query('drop table if exists ' ~ table) -%}
    {%- do run_query('create table ' ~ table ~ ' as ' ~ query) -%}
{% endmacro %}

