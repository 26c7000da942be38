{#
    The rows of an input with a key, one row a key: of several the latest.

    Call:  {{ cdp_activate.one_row_each(ref('input_orders'), 'order_id', 'ordered_at') }}
    Takes: a relation; its key; what says which row is the latest

    What is left out is counted in data_quality.
#}
{% macro one_row_each(relation, key, latest_by) %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by {{ latest_by }} desc
            ) as row_number_of_key
        from {{ relation }}
        where {{ key }} is not null
    ) as numbered
    where row_number_of_key = 1
{%- endmacro %}
