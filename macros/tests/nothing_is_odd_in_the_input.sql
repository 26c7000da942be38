{#
    Warns of every check of data_quality that found something, and says on the
    terminal what and how to mend it: counts and names of columns, nothing of the
    rows. Where nothing is to be done, nothing is odd. Rows that are later than as_of are no surprise when a past day is
    replayed, and then not warned of.
#}
{% test nothing_is_odd_in_the_input(model) %}

    {{ config(severity='warn') }}

    {%- set odd = "affected_row_count > 0 and what_to_do not like 'nothing%'" -%}
    {%- if cdp_activate.given_as_of() is not none -%}
        {%- set odd = odd ~ " and check_name <> 'time_is_at_or_after_as_of'" -%}
    {%- endif -%}
    {%- if execute and flags.WHICH in ['build', 'test'] -%}
        {%- set found = run_query(
            'select subject, check_name, affected_row_count, what_was_done, '
            ~ 'what_to_do from ' ~ model ~ ' where ' ~ odd
            ~ ' order by subject, check_name'
        ) -%}
        {%- for row in found.rows -%}
            {%- do log(
                'input_' ~ row[0] ~ ': ' ~ row[1] | replace('_', ' ') ~ ' in '
                ~ row[2] ~ (' row' if row[2] == 1 else ' rows') ~ ' ('
                ~ row[3] ~ '). To do: ' ~ row[4] ~ '.',
                info=true
            ) -%}
        {%- endfor -%}
    {%- endif %}

    select * from {{ model }}
    where {{ odd }}

{% endtest %}
