{#
    Before an incremental run of a table that is made person by person: the rows of
    whoever has to be made anew leave. The model then makes the rows of all who have
    none.

    Call:   config(pre_hook="{{ cdp_activate.delete_changed(
                'customer_id', ref('stage_history')
            ) }}")
    Takes:  the column that says whose a row is; what the rows are made of; how many
            rows of that a person has, and how many the table's rows were made of

    Somebody has to be made anew when those numbers differ, or when something was
    written later than all that the rows were made of. Both tables have `written_at`,
    which grows with every run.
#}
{% macro delete_changed(
    key, made_of, count='count(*)', written_at='max(written_at)',
    held_count='count(*)'
) %}
    {%- if execute and is_incremental() %}
    delete from {{ this }}
    where
        {{ key }} in (
            select held.{{ key }}
            from (
                select
                    {{ key }},
                    {{ held_count }} as row_count,
                    max(written_at) as written_at
                from {{ this }}
                group by {{ key }}
            ) as held
            left join (
                select
                    {{ key }},
                    {{ count }} as row_count,
                    {{ written_at }} as written_at
                from {{ made_of }}
                where {{ key }} is not null
                group by {{ key }}
            ) as made_of
                on held.{{ key }} = made_of.{{ key }}
            where
                made_of.{{ key }} is null
                or held.row_count <> made_of.row_count
                or held.written_at <> made_of.written_at
        )
    {%- endif -%}
{% endmacro %}

{#
    The same by day of the person's own touchpoints, for tables with a row a day
    that count them.
#}
{% macro delete_changed_days(touchpoints) %}
    {%- set acts -%}
    (
        select
            cast(occurred_at as date) as day,
            written_at
        from {{ touchpoints }}
        where
            visitor_id is not null
            and direction = 'inbound'
    ) as acts
    {%- endset -%}
    {{- cdp_activate.delete_changed(
        'day', acts, held_count='sum(touchpoint_count)'
    ) -}}
{% endmacro %}
