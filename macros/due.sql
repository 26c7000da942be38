{#
    Tables that are made person by person go on from what they hold: before an
    incremental run the rows of whoever is due leave, and the model makes them anew.

    Who is due is said by a ledger, a table with a row a person that is written anew
    whenever something of the person's has changed, also when nothing is left:
    `visitor_touchpoints` for what is made of touchpoints, `stage_judgements` for what
    is made of the stage history. Its `written_at` grows with every run. Rows that are
    made of it carry its latest mark, so whoever was written later is due: after days
    that nobody built, and after a run that died, too.

    Call:   config(pre_hook="{{ cdp_activate.delete_due(
                'customer_id', ref('visitor_touchpoints')
            ) }}")
    Takes:  the column that says whose a row is; the ledger, and its own such column
#}
{% macro delete_due(key, ledger, ledger_key='visitor_id') %}
    {{- return(cdp_activate.delete_from_log(
        key ~ ' in (' ~ cdp_activate.due(ledger, ledger_key) ~ ')'
    )) -}}
{% endmacro %}

{#
    Who is due, as a query. It is the same before and after the rows have left, since
    dbt writes a model's SQL before it runs the hooks.

    Call:   due as ({{ cdp_activate.due(ref('visitor_touchpoints')) }})
    Output: due as (select visitor_id from visitor_touchpoints
                where written_at > cast('2026-11-21 21:41:00' as timestamp))
#}
{% macro due(ledger, key='visitor_id') %}
    {%- set latest = cdp_activate.latest_in_log('written_at', false) -%}
    {{- return(
        'select ' ~ key ~ ' from ' ~ ledger
        ~ (
            ' where written_at > ' ~ cdp_activate.timestamp_literal(latest)
            if latest is not none else ''
        )
    ) -}}
{% endmacro %}

{#
    The latest mark of a ledger, for the rows that are made of it.

    Call:   {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at
    Output: (select max(marks.written_at) from visitor_touchpoints as marks) as written_at
#}
{% macro mark_of(ledger) %}
    {{- return('(select max(marks.written_at) from ' ~ ledger ~ ' as marks)') -}}
{% endmacro %}
