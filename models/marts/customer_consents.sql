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
        coalesce(lower(trim(consents.status)), 'unknown') as status,
        consents.source,

        ---------- timestamps
        consents.recorded_at

    from consents

    inner join known_customers
        on consents.customer_id = known_customers.customer_id

    -- A yes counts from the instant after it was said. A no counts at once, and
    -- without a date for good: in doubt nobody is written to.
    where
        consents.recorded_at < {{ cdp_activate.as_of() }}
        or (
            coalesce(lower(trim(consents.status)), 'unknown') <> 'granted'
            and (
                consents.recorded_at = {{ cdp_activate.as_of() }}
                or consents.recorded_at is null
            )
        )

)

select * from final
