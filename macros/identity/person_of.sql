{#
    What tells people apart where they are counted: their names, or for whoever
    has none the id, so that whoever has no name is taken for somebody of his own.

    Call:  {{ cdp_activate.person_of('records') }}
    Takes: the name of a relation with first_name, last_name, source_customer_id
#}
{% macro person_of(records) %}
    {{- return(
        'case when ' ~ records ~ '.first_name is null and ' ~ records
        ~ '.last_name is null then ' ~ records ~ '.source_customer_id else '
        ~ cdp_activate.joined_texts([
            records ~ '.first_name', records ~ '.last_name'
        ]) ~ ' end'
    ) -}}
{% endmacro %}
