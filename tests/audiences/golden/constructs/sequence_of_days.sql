-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_sequence_refund_made_then_refund_made_th_abe80df7 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and date_diff('DAY', cast('1970-01-05' as date), occurred) - date_diff('DAY', cast('1970-01-05' as date), nearest_occurred) <= 2
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09' as date)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    refunded_on as occurred,
                    refund_id as ordered_by
                from "refunds"
                where
                    refunded_on < cast('2026-01-11' as date)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and date_diff('DAY', cast('1970-01-05' as date), between_them.occurred) - date_diff('DAY', cast('1970-01-05' as date), earlier.occurred) <= 1
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_refund_made_then_refund_made_th_abe80df7
        on fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key = customers.customer_id
    where
        not fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_sequence_refund_made_then_refund_made_th_abe80df7 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and (
                occurred - cast('1970-01-05' as date)
            ) - (
                nearest_occurred - cast('1970-01-05' as date)
            ) <= 2
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09' as date)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    refunded_on as occurred,
                    refund_id as ordered_by
                from "refunds"
                where
                    refunded_on < cast('2026-01-11' as date)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and (
                    between_them.occurred - cast('1970-01-05' as date)
                ) - (
                    earlier.occurred - cast('1970-01-05' as date)
                ) <= 1
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_sequence_refund_made_then_refund_made_th_abe80df7
        on fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key = customers.customer_id
    where
        not fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_sequence_refund_made_then_refund_made_th_abe80df7 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as nearest_occurred
            from (
                select
                    *,
                    row_number() over (
                        partition by entity_key
                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                    ) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from `refunds`
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from `refunds`
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and datediff(occurred, cast('1970-01-05' as date)) - datediff(nearest_occurred, cast('1970-01-05' as date)) <= 2
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09' as date)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    refunded_on as occurred,
                    refund_id as ordered_by
                from `refunds`
                where
                    refunded_on < cast('2026-01-11' as date)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and datediff(between_them.occurred, cast('1970-01-05' as date)) - datediff(earlier.occurred, cast('1970-01-05' as date)) <= 1
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_refund_made_then_refund_made_th_abe80df7
        on fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key = customers.customer_id
    where
        not fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_sequence_refund_made_then_refund_made_th_abe80df7 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place nulls first
                    rows between unbounded preceding and current row
                ) as nearest_occurred
            from (
                select
                    *,
                    row_number() over (partition by entity_key order by occurred, ordered_by, row_kind) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from "refunds"
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and datediff(day, cast('1970-01-05' as date), occurred) - datediff(day, cast('1970-01-05' as date), nearest_occurred) <= 2
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09' as date)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    refunded_on as occurred,
                    refund_id as ordered_by
                from "refunds"
                where
                    refunded_on < cast('2026-01-11' as date)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and datediff(day, cast('1970-01-05' as date), between_them.occurred) - datediff(day, cast('1970-01-05' as date), earlier.occurred) <= 1
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_sequence_refund_made_then_refund_made_th_abe80df7
        on fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key = customers.customer_id
    where
        not fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_sequence_refund_made_then_refund_made_th_abe80df7 as (
    select
        earlier.entity_key
    from (
        select
            entity_key,
            occurred,
            ordered_by
        from (
            select
                entity_key,
                occurred,
                ordered_by,
                row_kind,
                max(case when row_kind = 3 then place end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as reached_at,
                max(case when row_kind = 3 then occurred end) over (
                    partition by entity_key
                    order by place
                    rows between unbounded preceding and current row
                ) as nearest_occurred
            from (
                select
                    *,
                    row_number() over (
                        partition by entity_key
                        order by occurred nulls last, ordered_by nulls last, row_kind nulls last
                    ) as place
                from (
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        0 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from `refunds`
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                    union all
                    select
                        entity_key,
                        occurred,
                        ordered_by,
                        3 as row_kind
                    from (
                        select
                            customer_id as entity_key,
                            refunded_on as occurred,
                            refund_id as ordered_by
                        from `refunds`
                        where
                            refunded_on < cast('2026-01-11' as date)
                    ) as part
                ) as stream
            ) as placed
        ) as seen
        where
            (
                row_kind = 0 and not reached_at is null
            )
            and date_diff(occurred, cast('1970-01-05' as date), day) - date_diff(nearest_occurred, cast('1970-01-05' as date), day) <= 2
    ) as earlier
    where
        earlier.occurred < cast('2026-01-09' as date)
        and not exists(
            select
                1
            from (
                select
                    customer_id as entity_key,
                    refunded_on as occurred,
                    refund_id as ordered_by
                from `refunds`
                where
                    refunded_on < cast('2026-01-11' as date)
            ) as between_them
            where
                between_them.entity_key = earlier.entity_key
                and (
                    between_them.occurred > earlier.occurred
                    or (
                        between_them.occurred = earlier.occurred
                        and between_them.ordered_by > earlier.ordered_by
                    )
                )
                and date_diff(between_them.occurred, cast('1970-01-05' as date), day) - date_diff(earlier.occurred, cast('1970-01-05' as date), day) <= 1
        )
    group by
        earlier.entity_key
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_sequence_refund_made_then_refund_made_th_abe80df7
        on fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key = customers.customer_id
    where
        not fact_sequence_refund_made_then_refund_made_th_abe80df7.entity_key is null
)
select
    *
from final;

