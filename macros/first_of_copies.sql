{#
    The rows of a log, one row a key: of several the first that came in.

    Call:  {{ cdp_activate.first_of_copies('arrived', 'event_id') }}
    Takes: the name of a relation with the key, occurred_at and loaded_at

    Trackers send again what they are not sure of. The tests of the keys of
    input_events and input_messages count what is left out.
#}
{% macro first_of_copies(relation, key) %}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by coalesce(loaded_at, occurred_at), occurred_at
            ) as copy_number
        from {{ relation }}
    ) as numbered
    where copy_number = 1
{%- endmacro %}


{#
    Whether copies must be looked for. In a table that is read whole only when a count
    of the keys finds some, since to put all rows in order, or to join them with
    themselves, costs more than the count. Always among the few rows that an
    incremental run reads, and in a unit test or SQL that is only shown, which have
    nothing to count.

    Call: {% if cdp_activate.may_have_copies(ref('input_events'), 'event_id') %}
#}
{% macro may_have_copies(relation, key) %}
    {%- if not execute or model.resource_type != 'model'
        or flags.WHICH not in ['run', 'build', 'retry'] or is_incremental() -%}
        {{ return(true) }}
    {%- endif -%}
    {%- set query -%}
        select count(*) from (
            select {{ key }}
            from {{ relation }}
            where {{ key }} is not null
            group by {{ key }}
            having count(*) > 1
        ) as copies
    {%- endset -%}
    {{ return(run_query(query).columns[0].values()[0] | int > 0) }}
{% endmacro %}
