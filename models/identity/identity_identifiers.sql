-- noqa: disable=layout.indent,layout.spacing,structure.unused_cte
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key=['source_customer_id', 'identifier_type', 'identifier'],
    pre_hook="{{ cdp_activate.delete_replayed_identifiers() }}",
    post_hook="{{ cdp_activate.forget_identifiers() }}",
) }}
{%- set records = ref('identity_records') %}
{%- set goes_on = cdp_activate.identifiers_go_on() %}

with

customers as (

    select * from {{ ref('customer_records') }}

),

claims as (

    select
        customer_id as source_customer_id,
        {{ cdp_activate.word('identifier_type') }} as identifier_type,
        trim(identifier) as identifier,
        first_seen_at

    from {{ ref('input_identities') }}

),

{% if goes_on -%}
due as (

    select
        source_customer_id,
        is_present

    from {{ records }}

    where noted_at > {{ cdp_activate.latest_note(this) }}

),

-- All that those state who are due, and of others what is not held as it is stated.
looked_at as (

    select claims.*

    from claims

    left join due
        on claims.source_customer_id = due.source_customer_id

    left join {{ this }} as held
        on
            claims.source_customer_id = held.source_customer_id
            and claims.identifier_type = held.identifier_type
            and claims.identifier = held.identifier
            and due.source_customer_id is null
            and claims.identifier not like '00%'
            and (
                claims.first_seen_at is null
                or claims.first_seen_at >= held.first_seen_at
            )

    where held.source_customer_id is null

),

customers_looked_at as (

    select customers.*

    from {{ ref('customer_records') }} as customers

    inner join due
        on customers.source_customer_id = due.source_customer_id

),

{% endif -%}
stated as (

    select
        identities.source_customer_id,
        identities.identifier_type,
        identities.identifier,
        coalesce(identities.first_seen_at, customers.created_at)
            as first_seen_at

    from {% if goes_on %}looked_at{% else %}claims{% endif %} as identities

    inner join customers
        on identities.source_customer_id = customers.source_customer_id

    {%- for type in ['email', 'phone'] %}

    union all

    select
        source_customer_id,
        '{{ type }}' as identifier_type,
        {{ type }} as identifier,
        created_at as first_seen_at

    from {% if goes_on %}customers_looked_at{% else %}customers{% endif %}

    where {{ type }} is not null
    {%- endfor %}

),

-- Upper and lower case make no different e-mail addresses in practice; in the
-- identifiers of browsers and other systems they may.
comparable as (

    select
        source_customer_id,
        identifier_type,
        case identifier_type
            when 'email' then {{ cdp_activate.normalised_email('identifier') }}
            when 'phone' then {{ cdp_activate.normalised_phone('identifier') }}
            else nullif(identifier, '')
        end as identifier,
        first_seen_at

    from stated

    where
        identifier_type is not null
        and first_seen_at < {{ cdp_activate.as_of() }}

),

gathered as (

    select
        source_customer_id,
        identifier_type,
        identifier,
        min(first_seen_at) as first_seen_at

    from comparable

    group by
        source_customer_id,
        identifier_type,
        identifier

    -- Not a condition on rows, which planners ask of what is held already, too.
    having count(identifier) > 0

),

written as (

    select gathered.*

    from gathered
    {%- if goes_on %}

    left join {{ this }} as before
        on
            gathered.source_customer_id = before.source_customer_id
            and gathered.identifier_type = before.identifier_type
            and gathered.identifier = before.identifier

    left join due
        on gathered.source_customer_id = due.source_customer_id

    where
        before.source_customer_id is null
        or gathered.first_seen_at < before.first_seen_at
        or (
            due.source_customer_id is not null
            and gathered.first_seen_at <> before.first_seen_at
        )

    union all

    -- What somebody shared who is gone is noted again: it may be one person's now.
    select
        others.source_customer_id,
        others.identifier_type,
        others.identifier,
        others.first_seen_at

    from {{ this }} as of_the_gone

    inner join due
        on of_the_gone.source_customer_id = due.source_customer_id

    inner join {{ this }} as others
        on
            of_the_gone.identifier_type = others.identifier_type
            and of_the_gone.identifier = others.identifier

    left join due as others_due
        on others.source_customer_id = others_due.source_customer_id

    where
        not due.is_present
        and others_due.source_customer_id is null
    {%- endif %}

),

final as (

    select
        source_customer_id,
        identifier_type,
        identifier,
        min(first_seen_at) as first_seen_at,
        {{ cdp_activate.run_instant() }} as noted_at

    from written

    group by
        source_customer_id,
        identifier_type,
        identifier

)

select * from final
