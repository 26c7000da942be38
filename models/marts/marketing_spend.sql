with

spend as (

    {{ cdp_activate.one_row_each(
        ref('input_spend'), 'spend_id', 'spent_on'
    ) }}

),

final as (

    select
        ---------- ids
        spend_id,
        campaign_id,

        ---------- text
        {{ cdp_activate.word('channel') }} as channel,
        source,
        campaign_name,
        upper(trim(currency)) as currency,

        ---------- numerics
        amount,
        impressions,
        clicks,

        ---------- dates
        spent_on

    from spend

    -- A day is complete only when it is over.
    where spent_on < cast({{ cdp_activate.as_of() }} as date)

)

select * from final
