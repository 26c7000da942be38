-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized=cdp_activate.identity_materialization(),
    on_schema_change='append_new_columns',
    incremental_strategy='append',
    post_hook="{{ cdp_activate.forget_identifiers() }}",
) }}

with

customers as (

    select * from {{ ref('customer_records') }}

),

identities as (

    select * from {{ ref('input_identities') }}

),

stated as (

    select
        identities.customer_id as source_customer_id,
        lower(trim(identities.identifier_type)) as identifier_type,
        trim(identities.identifier) as identifier,
        coalesce(identities.first_seen_at, customers.created_at)
            as first_seen_at

    from identities

    inner join customers
        on identities.customer_id = customers.source_customer_id

    union all

    select
        source_customer_id,
        'email' as identifier_type,
        email as identifier,
        created_at as first_seen_at

    from customers

    where email is not null

    union all

    select
        source_customer_id,
        'phone' as identifier_type,
        phone as identifier,
        created_at as first_seen_at

    from customers

    where phone is not null

),

{% if is_incremental() -%}
-- What is held as it is stated need not be made comparable once more.
unseen as (

    select stated.*

    from stated

    left join {{ this }} as held
        on
            stated.source_customer_id = held.source_customer_id
            and stated.identifier_type = held.identifier_type
            and stated.identifier = held.identifier
            and stated.identifier not like '00%'

    where held.source_customer_id is null

),

{% endif -%}
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

    from {% if is_incremental() %}unseen{% else %}stated{% endif %}

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

final as (

    select
        gathered.source_customer_id,
        gathered.identifier_type,
        gathered.identifier,
        gathered.first_seen_at,
        {{ cdp_activate.run_instant() }} as noted_at

    from gathered
    {%- if is_incremental() %}

    left join {{ this }} as before
        on
            gathered.source_customer_id = before.source_customer_id
            and gathered.identifier_type = before.identifier_type
            and gathered.identifier = before.identifier

    where before.source_customer_id is null
    {%- endif %}

)

select * from final
