with

consents as (

    select * from {{ ref('input_consents') }}

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

final as (

    select
        ---------- ids
        consents.consent_id,
        consents.customer_id,

        ---------- text
        lower(trim(consents.purpose)) as purpose,
        lower(trim(consents.status)) as status,
        consents.source,

        ---------- timestamps
        consents.recorded_at

    from consents

    inner join known_customers
        on consents.customer_id = known_customers.customer_id

    -- What anyone says at the very instant of judgement does not count yet, but
    -- for a no: in doubt nobody is written to.
    where
        consents.recorded_at < {{ cdp_activate.as_of() }}
        or (
            consents.recorded_at = {{ cdp_activate.as_of() }}
            and lower(trim(consents.status)) <> 'granted'
        )

)

select * from final
