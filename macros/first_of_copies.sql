{#
    The rows of a log, one row a key: of several the first that came in.

    Call:  {{ cdp_activate.first_of_copies('arrived', 'event_id', kept_columns) }}
    Takes: the name of a relation with the key, occurred_at and loaded_at; its columns

    Trackers send again what they are not sure of. Of copies of one time the other
    columns decide, so that every run and every warehouse keeps the same. data_quality
    counts what is left out.
#}
{% macro first_of_copies(relation, key, columns) %}
    {%- set order = ['coalesce(loaded_at, occurred_at)', 'occurred_at'] -%}
    {%- for column in columns if column not in [key, 'occurred_at'] -%}
        {%- do order.append(
            'case when ' ~ column ~ ' is null then 1 else 0 end'
        ) -%}
        {%- do order.append(column) -%}
    {%- endfor -%}
    select *
    from (
        select
            *,
            row_number() over (
                partition by {{ key }}
                order by
                    {{ order | join(',\n                    ') }}
            ) as copy_number
        from {{ relation }}
    ) as numbered
    where copy_number = 1
{%- endmacro %}


{#
    Whether a row that an incremental run reads is not held yet, nor a copy of a row
    that is: what came in before the row that is held takes its place, and of one time
    what first_of_copies puts before it.

    Call:  where {{ cdp_activate.is_first_copy('events', 'held', 'event_id', read_as) }}
    Takes: the name of what is read; the name of what is held, joined by the key; SQL
           for what is read, by the columns that are kept

    A copy may come in long after the row that is held, so the whole log is looked
    through, not only its last days.
#}
{% macro is_first_copy(arrived, held, key, read_as) %}
    {%- set came_at = 'coalesce(' ~ arrived ~ '.loaded_at, ' ~ arrived ~ '.occurred_at)' -%}
    {%- set held_at = 'coalesce(' ~ held ~ '.loaded_at, ' ~ held ~ '.occurred_at)' -%}
    {#- From the last column to the first: each decides where those before it are alike. -#}
    {%- set later = namespace(sql='1 = 0') -%}
    {%- for column in read_as | list | reverse if column not in [key, 'occurred_at'] -%}
        {%- set new, old = read_as[column], held ~ '.' ~ column -%}
        {%- set later.sql =
            '(' ~ new ~ ' < ' ~ old ~ ' or (' ~ new ~ ' is not null and ' ~ old
            ~ ' is null) or (' ~ new ~ ' is not distinct from ' ~ old ~ ' and '
            ~ later.sql ~ '))' -%}
    {%- endfor -%}
    {{- return(
        '(' ~ held ~ '.' ~ key ~ ' is null or ' ~ came_at ~ ' < ' ~ held_at
        ~ ' or (' ~ came_at ~ ' = ' ~ held_at ~ ' and (' ~ arrived ~ '.occurred_at < '
        ~ held ~ '.occurred_at or (' ~ arrived ~ '.occurred_at = ' ~ held
        ~ '.occurred_at and ' ~ later.sql ~ '))))'
    ) -}}
{% endmacro %}


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
