with

movements as (

    select * from {{ ref('customer_loyalty') }}

),

tiers as (

    select
        customer_id,
        tier,
        row_number() over (
            partition by customer_id
            order by occurred_at desc, loyalty_event_id desc
        ) as tier_number

    from movements

    where tier is not null

),

memberships as (

    select
        customer_id,
        sum(coalesce(points, 0)) as points_balance,
        min(occurred_at) as joined_at,
        max(occurred_at) as last_activity_at,
        max(case when loyalty_event = 'loyalty_left' then occurred_at end)
            as left_at,
        max(case when loyalty_event = 'loyalty_joined' then occurred_at end)
            as last_joined_at

    from movements

    group by customer_id

),

final as (

    select
        ---------- ids
        memberships.customer_id,

        ---------- text
        tiers.tier,

        ---------- numerics
        cast(memberships.points_balance as {{ dbt.type_bigint() }})
            as points_balance,

        ---------- booleans
        memberships.left_at is null
        or coalesce(memberships.last_joined_at > memberships.left_at, false)
            as is_member,

        ---------- timestamps
        memberships.joined_at,
        memberships.last_activity_at

    from memberships

    left join tiers
        on
            memberships.customer_id = tiers.customer_id
            and tiers.tier_number = 1

)

select * from final
