with customers as (
    select
        *
    from "customers"
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from "customers" as link_1
    join "accounts" as linked_1
        on link_1.account_id = linked_1.account_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        starts_with(
            lower(
                replace(
                    replace(
                        case
                            when regexp_matches(customers.name, '[\p{Mc}\p{Me}]')
                            then array_to_string(
                                list_transform(
                                    regexp_extract_all(customers.name, '(?s).'),
                                    lambda letter : case
                                        when regexp_matches(letter, '[\p{Mc}\p{Me}]')
                                        then letter
                                        else strip_accents(letter)
                                    end
                                ),
                                ''
                            )
                            else strip_accents(customers.name)
                        end,
                        'đ',
                        'd'
                    ),
                    'Đ',
                    'D'
                )
            ),
            lower('D')
        )
        and (
            not customers.tier in ('gold', 'silver') or customers.tier is null
        )
        and customers.spend between 10 and 99.5
        and case when isnan(customers.ratio) then null else customers.ratio end > case when isnan(customers.other_ratio) then null else customers.other_ratio end
        and (
            customers.seen_at >= cast('2025-12-31 23:00:00' as timestamp)
            and customers.seen_at < cast('2026-01-31 23:00:00' as timestamp)
        )
        and customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'UTC' < cast('2025-10-12 12:00:00' as timestamp)
        and not fact_account_plan_19356712.measured is null
        and customers."order" = 1
)
select
    *
from final
