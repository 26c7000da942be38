with

evidence as (

    select
        customer_id,
        touchpoint_count,
        written_at as touchpoints_written_at

    from {{ ref('visitor_touchpoints') }}

    where customer_id is not null

),

-- What each customer's history was made of, and when.
judgements as (

    select made_before.* from {{ cdp_activate.relation_before('stage_judgements', {
        'customer_id': 'string',
        'touchpoint_count': 'bigint',
        'touchpoints_written_at': 'timestamp',
        'judged_at': 'timestamp',
        'lasts_until': 'timestamp',
        'rules_version': 'string',
    }) }} as made_before
    {%- if not cdp_activate.goes_on_after('stage_history') %}

    where 1 = 0
    {%- endif %}

),

final as (

    select
        ---------- ids
        coalesce(evidence.customer_id, judgements.customer_id) as customer_id,

        ---------- text
        {{ cdp_activate.rules_version() }} as rules_version,

        ---------- numerics
        cast(coalesce(evidence.touchpoint_count, 0) as {{ dbt.type_bigint() }})
            as touchpoint_count,

        ---------- timestamps
        evidence.touchpoints_written_at,
        {{ cdp_activate.as_of() }} as judged_at

    from evidence

    full outer join judgements
        on evidence.customer_id = judgements.customer_id

    where
        judgements.customer_id is null
        -- Something was added, changed, or is gone.
        or judgements.touchpoint_count <> coalesce(evidence.touchpoint_count, 0)
        or judgements.touchpoints_written_at <> evidence.touchpoints_written_at
        -- Time has passed, or gone back.
        or judgements.lasts_until < {{ cdp_activate.as_of() }}
        or judgements.judged_at > {{ cdp_activate.as_of() }}
        -- The rules are other ones.
        or judgements.rules_version <> {{ cdp_activate.rules_version() }}

)

select * from final
