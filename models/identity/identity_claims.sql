with

known_customers as (

    select * from {{ ref('known_customers') }}

),

identities as (

    select * from {{ ref('input_identities') }}

),

stated as (

    select
        lower(trim(identities.identifier_type)) as identifier_type,
        trim(identities.identifier) as identifier,
        identities.customer_id,
        coalesce(
            identities.first_seen_at, known_customers.created_at
        ) as first_seen_at

    from identities

    inner join known_customers
        on identities.customer_id = known_customers.customer_id

    union all

    select
        'email' as identifier_type,
        trim(email) as identifier,
        customer_id,
        created_at as first_seen_at

    from known_customers

    union all

    select
        'phone' as identifier_type,
        trim(phone) as identifier,
        customer_id,
        created_at as first_seen_at

    from known_customers

),

comparable as (

    select
        identifier_type,
        customer_id,
        first_seen_at,
        -- Upper and lower case make no different e-mail addresses in practice;
        -- in the identifiers of browsers and other systems they may.
        case
            when identifier_type = 'email' then lower(identifier)
            else identifier
        end as identifier

    from stated

    where
        identifier <> ''
        and first_seen_at < {{ cdp_activate.as_of() }}

),

final as (

    select
        identifier_type,
        identifier,
        customer_id,
        min(first_seen_at) as first_seen_at

    from comparable

    group by
        identifier_type,
        identifier,
        customer_id

)

select * from final
