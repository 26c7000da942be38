with

consents as (

    {{ cdp_activate.one_row_each(
        ref('input_consents'), 'consent_id', 'recorded_at'
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

purposes as (

    select distinct {{ cdp_activate.word('purpose') }} as purpose

    from {{ ref('input_consents') }}

    where purpose is not null

),

-- A no is heard whatever is wrong with its row: without an id, or with the id of
-- another statement.
unkept_noes as (

    select
        given.customer_id,
        given.status,
        given.recorded_at,
        {{ cdp_activate.word('given.purpose') }} as purpose

    from {{ ref('input_consents') }} as given

    left join consents
        on
            given.consent_id = consents.consent_id
            and given.customer_id = consents.customer_id
            and given.purpose = consents.purpose
            and coalesce(given.recorded_at, {{ cdp_activate.long_ago() }})
            = coalesce(consents.recorded_at, {{ cdp_activate.long_ago() }})

    where
        consents.consent_id is null
        and coalesce({{ cdp_activate.word('given.status') }}, 'unknown') <> 'granted'

),

-- Without a purpose it is one to every purpose.
heard_noes as (

    select distinct
        unkept_noes.customer_id,
        unkept_noes.status,
        unkept_noes.recorded_at,
        purposes.purpose

    from unkept_noes

    inner join purposes
        on
            unkept_noes.purpose = purposes.purpose
            or unkept_noes.purpose is null

),

statements as (

    select
        consent_id,
        customer_id,
        {{ cdp_activate.word('purpose') }} as purpose,
        status,
        source,
        legal_basis,
        policy_version,
        recorded_at

    from consents

    where purpose is not null

    union all

    select
        {{ dbt.concat(["'no:'", dbt.hash(cdp_activate.joined_texts([
            'customer_id', 'purpose', 'status',
            cdp_activate.time_as_text('recorded_at'),
        ]))]) }} as consent_id,
        customer_id,
        purpose,
        status,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as legal_basis,
        cast(null as {{ dbt.type_string() }}) as policy_version,
        recorded_at

    from heard_noes

),

final as (

    select
        ---------- ids
        statements.consent_id,
        customer_ids.customer_id,

        ---------- text
        statements.purpose,
        coalesce({{ cdp_activate.word('statements.status') }}, 'unknown') as status,
        statements.source,
        statements.legal_basis,
        statements.policy_version,

        ---------- timestamps
        statements.recorded_at

    from statements

    inner join customer_ids
        on statements.customer_id = customer_ids.source_customer_id

    -- A yes counts from the instant after it was said. A no counts at once, and
    -- without a date for good: in doubt nobody is written to.
    where
        statements.recorded_at < {{ cdp_activate.as_of() }}
        or (
            coalesce({{ cdp_activate.word('statements.status') }}, 'unknown')
            <> 'granted'
            and (
                statements.recorded_at = {{ cdp_activate.as_of() }}
                or statements.recorded_at is null
            )
        )

)

select * from final
