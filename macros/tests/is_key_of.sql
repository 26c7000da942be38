{#
    Every key of the column is there, and is the key of a row of the entity's model,
    where the column has the same name: an audience has members of its entity only.

    Call:   data_tests:
              - cdp_activate.is_key_of:
                  arguments: {entity: customers, package: cdp_activate}
    Output: the members that are not

    The entity is looked up, not a `ref`: the audience reads it anyway, and dbt would
    run the tests of all audiences whenever somebody builds the customers alone.
#}
{% test is_key_of(model, column_name, entity, package) %}

    select members.{{ column_name }}

    from {{ model }} as members

    left join {{ cdp_activate.relation_before(
        entity, {column_name: 'string'}, package=package
    ) }} as entities
        on members.{{ column_name }} = entities.{{ column_name }}

    where entities.{{ column_name }} is null

{% endtest %}
