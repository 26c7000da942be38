{#
    The rows of an input with a key, one row a key: of several the latest that is
    before as_of, and of those whom it belongs to is known.

    Call:  {{ cdp_activate.one_row_each(
               ref('input_orders'), 'order_id', 'ordered_at',
               belongs_to={'customer_id': ref('customer_ids')}
           ) }}
    Takes: a relation; its key; what says which row is the latest; by column the
           relations that know it

    Only rows of repeated keys, which are few, are put in order; where there are none,
    all rows are taken as they are. What is left out is counted in data_quality. A row
    without a time is the latest of none that have one. Of rows of one time the other
    columns decide, so that every run and every warehouse keeps the same.
#}
{% macro one_row_each(relation, key, latest_by, belongs_to={}) %}
    {%- if not cdp_activate.may_have_copies(relation, key) %}
    select *
    from {{ relation }}
    where {{ key }} is not null
    {%- else -%}
    {%- set repeated -%}
    select {{ key }} from {{ relation }} group by {{ key }} having count(*) > 1
    {%- endset -%}
    {%- set order = [] -%}
    {%- set joins = [] -%}
    {%- for column, owners in belongs_to.items() -%}
        {%- set owner = 'owners_' ~ loop.index -%}
        {%- set owner_key = owner ~ '.' ~ (
            'source_customer_id' if column == 'customer_id' else column
        ) -%}
        {%- do joins.append(
            'left join ' ~ owners ~ ' as ' ~ owner ~ ' on given.' ~ column ~ ' = '
            ~ owner_key
        ) -%}
        {%- do order.append(
            'case when ' ~ owner_key ~ ' is null then 1 else 0 end'
        ) -%}
    {%- endfor -%}
    {%- if latest_by.endswith('_at') -%}
        {%- do order.append(
            'case when given.' ~ latest_by ~ ' < ' ~ cdp_activate.as_of()
            ~ ' then 0 when given.' ~ latest_by ~ ' is null then 1 else 2 end'
        ) -%}
    {%- endif -%}
    {%- do order.append('given.' ~ latest_by ~ ' desc') -%}
    {%- for node in (graph.get('nodes', {}).values())
        if node.relation_name and node.relation_name == relation | string -%}
        {%- for column in node.columns if column not in [key, latest_by] -%}
            {%- do order.append(
                'case when given.' ~ column ~ ' is null then 1 else 0 end'
            ) -%}
            {%- do order.append('given.' ~ column) -%}
        {%- endfor -%}
    {%- endfor -%}
    select
        given.*,
        1 as row_number_of_key
    from {{ relation }} as given
    left join ({{ repeated }}) as repeated
        on given.{{ key }} = repeated.{{ key }}
    where
        given.{{ key }} is not null
        and repeated.{{ key }} is null
    union all
    select *
    from (
        select
            given.*,
            row_number() over (
                partition by given.{{ key }}
                order by
                    {{ order | join(',\n                    ') }}
            ) as row_number_of_key
        from {{ relation }} as given
        inner join ({{ repeated }}) as repeated
            on given.{{ key }} = repeated.{{ key }}
        {{ joins | join('\n        ') }}
    ) as numbered
    where row_number_of_key = 1
    {%- endif %}
{%- endmacro %}
