with accounts as (
    select
        *
    from `accounts`
), fact_order_placed_count_a4341030 as (
    select
        customer_id as entity_key,
        count(*) as measured
    from `orders`
    where
        ordered_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_contacts_at_least_c67386ef as (
    select
        related_rows.account_id as entity_key,
        count(*) as passing
    from `contacts` as related_rows
    join `customers` as customers
        on related_rows.customer_id = customers.customer_id
    left join fact_order_placed_count_a4341030
        on fact_order_placed_count_a4341030.entity_key = customers.customer_id
    where
        not related_rows.account_id is null
        and related_rows.role = 'buyer'
        and (
            customers.tier = 'gold'
            and coalesce(fact_order_placed_count_a4341030.measured, 0) >= 1
        )
    group by
        related_rows.account_id
), fact_tickets_any_3422717f as (
    select
        entity_key
    from (
        select
            related_rows.customer_id as entity_key,
            case when related_rows.status = 'open' then 1 else 0 end as passes,
            row_number() over (
                partition by related_rows.customer_id
                order by related_rows.opened_at desc, related_rows.ticket_id desc
            ) as place
        from `tickets` as related_rows
        where
            (
                not related_rows.customer_id is null
                and (
                    related_rows.opened_at >= cast('2026-01-03 12:00:00+00:00' as timestamp)
                    and related_rows.opened_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                )
            )
            and not related_rows.opened_at is null
    ) as picked
    where
        place = 1 and passes = 1
), fact_buyers_share_f3007d9c as (
    select
        related_rows.account_id as entity_key,
        count(*) as total,
        sum(case when not fact_tickets_any_3422717f.entity_key is null then 1 else 0 end) as passing
    from `customers` as related_rows
    left join fact_tickets_any_3422717f
        on fact_tickets_any_3422717f.entity_key = related_rows.customer_id
    where
        not related_rows.account_id is null
    group by
        related_rows.account_id
), fact_buyers_9ad5f8d2 as (
    select
        account_id as entity_key,
        sum(cast(score as bignumeric)) as measured
    from (
        select
            related_rows.*
        from `customers` as related_rows
        where
            not related_rows.account_id is null and related_rows.tier = 'gold'
    ) as related_rows
    group by
        account_id
), final as (
    select
        accounts.account_id,
        cast(null as string) as variant
    from accounts
    left join fact_contacts_at_least_c67386ef
        on fact_contacts_at_least_c67386ef.entity_key = accounts.account_id
    left join fact_buyers_share_f3007d9c
        on fact_buyers_share_f3007d9c.entity_key = accounts.account_id
    left join fact_buyers_9ad5f8d2
        on fact_buyers_9ad5f8d2.entity_key = accounts.account_id
    where
        (
            coalesce(fact_contacts_at_least_c67386ef.passing, 0) >= 2
            or round(
                cast(fact_buyers_share_f3007d9c.passing as bignumeric) / nullif(cast(fact_buyers_share_f3007d9c.total as bignumeric), 0),
                9
            ) >= 0.5
            or coalesce(fact_buyers_9ad5f8d2.measured, 0) >= 10
        )
)
select
    *
from final
