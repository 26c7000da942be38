with customers as (
    select
        *
    from "customers"
), fact_score_ranking_ce8675a3 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.score as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), audience_unwanted as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_score_ranking_ce8675a3
        on fact_score_ranking_ce8675a3.entity_key = customers.customer_id
    where
        (
            fact_score_ranking_ce8675a3.rank - 1
        ) * 100 < case
            when (
                fact_score_ranking_ce8675a3.total - 1
            ) is null or 1 is null
            then null
            else greatest((
                fact_score_ranking_ce8675a3.total - 1
            ), 1)
        end * 5
), fact_spend_ranking_f35e4037 as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            customers.spend as measured
        from "customers" as customers
    ) as known
    where
        not measured is null
), audience_vips as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_spend_ranking_f35e4037
        on fact_spend_ranking_f35e4037.entity_key = customers.customer_id
    where
        (
            fact_spend_ranking_f35e4037.from_top - 1
        ) * 100 < fact_spend_ranking_f35e4037.total * 10
), fact_stage_lifecycle_a7e40103 as (
    select
        entity_key,
        stage,
        since,
        came_from
    from (
        select
            entity_key,
            stage,
            since,
            came_from,
            row_number() over (partition by entity_key order by since desc, stage_order desc) as place
        from (
            select
                customer_id as entity_key,
                stage as stage,
                valid_from as since,
                stage_id as stage_order,
                lag(stage) over (
                    partition by customer_id
                    order by valid_from asc nulls first, stage_id asc nulls first
                ) as came_from
            from "stages"
            where
                track = 'lifecycle' and valid_from < cast('2026-01-10 12:00:00' as timestamp)
        ) as known
        where
            came_from is distinct from stage
    ) as stays
    where
        place = 1
), fact_consent_email_marketing_c9c89316 as (
    select
        customer_id as entity_key
    from "consents"
    where
        purpose = 'email_marketing'
    group by
        customer_id
    having
        max(
            case
                when (
                    status <> 'granted' or status is null
                ) and recorded_at is null
                then 1
            end
        ) is null
        and not max(
            case
                when status = 'granted' and recorded_at < cast('2026-01-10 12:00:00' as timestamp)
                then recorded_at
            end
        ) is null
        and (
            max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00' as timestamp)
                    then recorded_at
                end
            ) is null
            or max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00' as timestamp)
                    then recorded_at
                end
            ) < max(
                case
                    when status = 'granted' and recorded_at < cast('2026-01-10 12:00:00' as timestamp)
                    then recorded_at
                end
            )
        )
), fact_order_placed_sum_f9f64ad4 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-01-10 12:00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), candidates as (
    select
        customers.customer_id,
        coalesce(fact_order_placed_sum_f9f64ad4.measured, 0) as rank_value,
        customers.tier as rank_per
    from customers
    left join fact_stage_lifecycle_a7e40103
        on fact_stage_lifecycle_a7e40103.entity_key = customers.customer_id
    left join fact_consent_email_marketing_c9c89316
        on fact_consent_email_marketing_c9c89316.entity_key = customers.customer_id
    left join fact_order_placed_sum_f9f64ad4
        on fact_order_placed_sum_f9f64ad4.entity_key = customers.customer_id
    left join audience_vips
        on audience_vips.customer_id = customers.customer_id
    where
        (
            case
                when fact_stage_lifecycle_a7e40103.stage in ('active')
                and fact_stage_lifecycle_a7e40103.since >= cast('2025-12-27 12:00:00' as timestamp)
                and fact_stage_lifecycle_a7e40103.came_from in ('new')
                then 1
                else 0
            end + case
                when not fact_consent_email_marketing_c9c89316.entity_key is null
                then 1
                else 0
            end + case when not audience_vips.customer_id is null then 1 else 0 end + case
                when (
                    cast('0x' || substring(md5((
                        's|' || customers.customer_id
                    )), 1, 8) as bigint) % 10000
                ) < 2500
                then 1
                else 0
            end
        ) >= 2
), ranked as (
    select
        customer_id,
        row_number() over (partition by rank_per order by rank_value desc, customer_id) as place,
        count(*) over (partition by rank_per) as total
    from candidates
), final as (
    select
        ranked.customer_id,
        cast(case
            when (
                cast('0x' || substring(md5((
                    'cart_2026|' || ranked.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 1000
            then 'holdout'
            when (
                cast('0x' || substring(md5((
                    'people/variants|' || ranked.customer_id
                )), 1, 8) as bigint) % 10000
            ) < 5000
            then 'a'
            when (
                cast('0x' || substring(md5((
                    'people/variants|' || ranked.customer_id
                )), 1, 8) as bigint) % 10000
            ) between 5000 and 9999
            then 'b'
        end as text) as variant
    from ranked
    left join audience_unwanted
        on audience_unwanted.customer_id = ranked.customer_id
    where
        (
            ranked.place - 1
        ) * 100 < ranked.total * 12.5
        and not coalesce((
            not audience_unwanted.customer_id is null
        ), false)
        and not coalesce((
            ranked.customer_id in ('c1', 'c2')
        ), false)
)
select
    *
from final
