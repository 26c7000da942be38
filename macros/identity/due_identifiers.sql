{#
    Whose identifiers it has to be asked anew which person has them: customers of the
    sources who are new, have changed or are gone, and those whose person may be
    another, since the latest note of the calling model's table. Whoever was one
    person with them is among them: identity_components notes all of a person.
#}
{% macro customers_due(records, components) %}
    {%- set latest = cdp_activate.latest_note(this) -%}
    select source_customer_id
    from {{ records }}
    where noted_at > {{ latest }}
    union distinct
    select source_customer_id
    from {{ components }}
    where noted_at > {{ latest }}
{%- endmacro %}

{#
    The identifiers that they have, and those that somebody has got since. It is the
    same before and after the rows have left.

    Call:   due as ({{ cdp_activate.identifiers_due(
                identifiers, records, components
            ) }})
    Output: identifier_type, identifier
#}
{% macro identifiers_due(identifiers, records, components) %}
    select
        identifier_type,
        identifier
    from {{ identifiers }}
    where noted_at > {{ cdp_activate.latest_note(this) }}
    union distinct
    select
        held.identifier_type,
        held.identifier
    from {{ identifiers }} as held
    inner join (
        {{ cdp_activate.customers_due(records, components) }}
    ) as customers_due
        on held.source_customer_id = customers_due.source_customer_id
{%- endmacro %}

{#
    Before an incremental run of a table with a row an identifier: rows that are due
    leave; all, when it does not go on from what it holds.

    Call: config(pre_hook="{{ cdp_activate.delete_identifiers_due(
              ref('identity_identifiers'), ref('identity_records'),
              ref('identity_components')
          ) }}")
#}
{% macro delete_identifiers_due(identifiers, records, components) %}
    {%- if execute and is_incremental() -%}
        {%- set goes_on = cdp_activate.identity_goes_on(
            [identifiers, records, components]
        ) -%}
        {%- set row = this.include(database=false, schema=false) -%}
        delete from {{ this }}
        {%- if not goes_on %}
        where 1 = 1
        {%- else %}
        where exists (
            select 1 from (
                {{ cdp_activate.identifiers_due(
                    identifiers, records, components
                ) }}
            ) as due
            where
                due.identifier_type = {{ row }}.identifier_type
                and due.identifier = {{ row }}.identifier
        )
        {%- endif %}
    {%- endif -%}
{% endmacro %}

{# The same of what somebody had who has now left, or is somebody else. #}
{% macro delete_identifiers_of_customers_due(records, components) %}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where customer_id in (
            {{ cdp_activate.customers_due(records, components) }}
        )
    {%- endif -%}
{% endmacro %}

{# The same of what nobody has any more, when somebody is gone. #}
{% macro delete_identifiers_of_nobody(identifiers, records) %}
    {%- if execute and is_incremental() and run_query(
        'select count(*) from ' ~ records ~ ' where not is_present and noted_at > '
        ~ cdp_activate.latest_note(this)
    ).rows[0][0] | int -%}
        {%- set row = this.include(database=false, schema=false) -%}
        delete from {{ this }}
        where not exists (
            select 1 from {{ identifiers }} as held
            where
                held.identifier_type = {{ row }}.identifier_type
                and held.identifier = {{ row }}.identifier
        )
    {%- endif -%}
{% endmacro %}
