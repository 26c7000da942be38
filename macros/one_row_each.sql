{#
    The rows of an input with a key, one row a key: of several the latest.

    Call:  {{ cdp_activate.one_row_each(ref('input_orders'), 'order_id', 'ordered_at') }}
    Takes: a relation; its key; what says which row is the latest

    Only rows of repeated keys, which are few, are put in order. What is left out is
    counted in data_quality.
#}
{% macro one_row_each(relation, key, latest_by) %}
    {%- set repeated -%}
    select {{ key }} from {{ relation }} group by {{ key }} having count(*) > 1
    {%- endset -%}
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
                order by given.{{ latest_by }} desc
            ) as row_number_of_key
        from {{ relation }} as given
        inner join ({{ repeated }}) as repeated
            on given.{{ key }} = repeated.{{ key }}
    ) as numbered
    where row_number_of_key = 1
{%- endmacro %}
