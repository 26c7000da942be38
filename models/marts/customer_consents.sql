with

consents as (

    {{ cdp_activate.one_row_each(
        ref('input_consents'), 'consent_id', 'recorded_at'
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

final as (

    select
        ---------- ids
        consents.consent_id,
        customer_ids.customer_id,

        ---------- text
        lower(trim(consents.purpose)) as purpose,
        coalesce(lower(trim(consents.status)), 'unknown') as status,
        consents.source,
        consents.legal_basis,
        consents.policy_version,

        ---------- timestamps
        consents.recorded_at

    from consents

    inner join customer_ids
        on consents.customer_id = customer_ids.source_customer_id

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
