with

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

account_members as (

    select * from {{ ref('account_members') }}

),

final as (

    select
        ---------- ids
        account_members.account_id,

        ---------- text
        coalesce(touchpoints.channel, 'unknown') as channel,

        ---------- numerics
        count(*) as touchpoint_count,
        cast(
            sum(case when touchpoints.direction = 'inbound' then 1 else 0 end)
            as {{ dbt.type_bigint() }}
        ) as inbound_count,
        count(distinct touchpoints.customer_id) as member_count,
        cast(
            sum(case when touchpoints.touchpoint = 'order_placed' then 1 else 0 end)
            as {{ dbt.type_bigint() }}
        ) as order_count,
        {{ cdp_activate.cast_as(
            "sum(case when touchpoints.touchpoint = 'order_placed' then "
            ~ "coalesce(touchpoints.value, 0) else 0 end)",
            'numeric(18, 2)'
        ) }} as order_value,

        ---------- timestamps
        min(touchpoints.occurred_at) as first_touchpoint_at,
        max(touchpoints.occurred_at) as last_touchpoint_at

    from touchpoints

    inner join account_members
        on touchpoints.customer_id = account_members.customer_id

    where
        account_members.joined_at is null
        or touchpoints.occurred_at >= account_members.joined_at

    group by
        account_members.account_id,
        coalesce(touchpoints.channel, 'unknown')

)

select * from final
