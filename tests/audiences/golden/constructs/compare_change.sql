-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_7cb79c1c as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_sum_15c7c081 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-11-11 12:00:00' as timestamp)
        and ordered_at < cast('2025-12-11 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_sum_7cb79c1c
        on fact_order_placed_sum_7cb79c1c.entity_key = customers.customer_id
    left join fact_order_placed_sum_15c7c081
        on fact_order_placed_sum_15c7c081.entity_key = customers.customer_id
    where
        (
            cast((
                (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                    ) as int128) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                    ) as int128)
                ) // nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) * 1000000000 + (
                (
                    (
                        cast((
                            coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128) - cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ) % nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                            ) as int128)
                        ),
                        0
                    )
                ) * 2000000000 + sign(
                    (
                        cast((
                            coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128) - cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    )
                ) * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) // (
                2 * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * cast(100 as decimal(38, 0))
                        ) as int128)
                    ),
                    0
                )
            ) as decimal(38, 0)) * 0.000000001
        ) <= -0.25
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_7cb79c1c as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-12-11 12:00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_sum_15c7c081 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-11-11 12:00:00' as timestamp)
        and ordered_at < cast('2025-12-11 12:00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_order_placed_sum_7cb79c1c
        on fact_order_placed_sum_7cb79c1c.entity_key = customers.customer_id
    left join fact_order_placed_sum_15c7c081
        on fact_order_placed_sum_15c7c081.entity_key = customers.customer_id
    where
        round(
            cast(round(
                (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                    ) as decimal) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal)
                ),
                40
            ) / nullif(
                abs(
                    cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal)
                ),
                0
            ) as decimal),
            9
        ) <= -0.25
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_2655d0ad as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from `orders`
    where
        ordered_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_sum_b339fffc as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from `orders`
    where
        ordered_at >= cast('2025-11-11 12:00:00+00:00' as timestamp)
        and ordered_at < cast('2025-12-11 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_sum_2655d0ad
        on fact_order_placed_sum_2655d0ad.entity_key = customers.customer_id
    left join fact_order_placed_sum_b339fffc
        on fact_order_placed_sum_b339fffc.entity_key = customers.customer_id
    where
        (
            cast((
                (
                    cast((
                        coalesce(fact_order_placed_sum_2655d0ad.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0))
                ) - (
                    cast((
                        coalesce(fact_order_placed_sum_2655d0ad.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0))
                ) % nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                        ) as decimal(38, 0))
                    ),
                    0
                )
            ) / nullif(
                abs(
                    cast((
                        coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0))
                ),
                0
            ) as decimal(27, 0)) + case
                when (
                    cast((
                        coalesce(fact_order_placed_sum_2655d0ad.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                    ) as decimal(38, 0))
                ) < 0
                then -1
                else 1
            end * cast((
                (
                    abs(
                        (
                            cast((
                                coalesce(fact_order_placed_sum_2655d0ad.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0)) - cast((
                                coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0))
                        ) % nullif(
                            abs(
                                cast((
                                    coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                                ) as decimal(38, 0))
                            ),
                            0
                        )
                    ) * 2000000000 + nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                ) - (
                    abs(
                        (
                            cast((
                                coalesce(fact_order_placed_sum_2655d0ad.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0)) - cast((
                                coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0))
                        ) % nullif(
                            abs(
                                cast((
                                    coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                                ) as decimal(38, 0))
                            ),
                            0
                        )
                    ) * 2000000000 + nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                ) % (
                    2 * nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                )
            ) / (
                2 * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_b339fffc.measured, 0) * cast(100 as decimal(38, 0))
                        ) as decimal(38, 0))
                    ),
                    0
                )
            ) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))
        ) <= -0.25
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_order_placed_sum_7cb79c1c as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-12-11 12:00:00' as timestampntz)
        and ordered_at < cast('2026-01-10 12:00:00' as timestampntz)
    group by
        customer_id
), fact_order_placed_sum_15c7c081 as (
    select
        customer_id as entity_key,
        sum(amount) as measured
    from "orders"
    where
        ordered_at >= cast('2025-11-11 12:00:00' as timestampntz)
        and ordered_at < cast('2025-12-11 12:00:00' as timestampntz)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_order_placed_sum_7cb79c1c
        on fact_order_placed_sum_7cb79c1c.entity_key = customers.customer_id
    left join fact_order_placed_sum_15c7c081
        on fact_order_placed_sum_15c7c081.entity_key = customers.customer_id
    where
        (
            (
                (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal(38, 0))
                ) - (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal(38, 0))
                ) % nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                        ) as decimal(38, 0))
                    ),
                    0
                )
            ) / nullif(
                abs(
                    cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal(38, 0))
                ),
                0
            ) + sign(
                (
                    cast((
                        coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                    ) as decimal(38, 0)) - cast((
                        coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                    ) as decimal(38, 0))
                )
            ) * (
                (
                    abs(
                        (
                            cast((
                                coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                            ) as decimal(38, 0)) - cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                            ) as decimal(38, 0))
                        ) % nullif(
                            abs(
                                cast((
                                    coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                                ) as decimal(38, 0))
                            ),
                            0
                        )
                    ) * 2000000000 + nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                ) - (
                    abs(
                        (
                            cast((
                                coalesce(fact_order_placed_sum_7cb79c1c.measured, 0) * 100
                            ) as decimal(38, 0)) - cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                            ) as decimal(38, 0))
                        ) % nullif(
                            abs(
                                cast((
                                    coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                                ) as decimal(38, 0))
                            ),
                            0
                        )
                    ) * 2000000000 + nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                ) % (
                    2 * nullif(
                        abs(
                            cast((
                                coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                            ) as decimal(38, 0))
                        ),
                        0
                    )
                )
            ) / (
                2 * nullif(
                    abs(
                        cast((
                            coalesce(fact_order_placed_sum_15c7c081.measured, 0) * 100
                        ) as decimal(38, 0))
                    ),
                    0
                )
            ) * 0.000000001
        ) <= -0.25
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_order_placed_sum_2655d0ad as (
    select
        customer_id as entity_key,
        sum(cast(amount as bignumeric)) as measured
    from `orders`
    where
        ordered_at >= cast('2025-12-11 12:00:00+00:00' as timestamp)
        and ordered_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
    group by
        customer_id
), fact_order_placed_sum_b339fffc as (
    select
        customer_id as entity_key,
        sum(cast(amount as bignumeric)) as measured
    from `orders`
    where
        ordered_at >= cast('2025-11-11 12:00:00+00:00' as timestamp)
        and ordered_at < cast('2025-12-11 12:00:00+00:00' as timestamp)
    group by
        customer_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_order_placed_sum_2655d0ad
        on fact_order_placed_sum_2655d0ad.entity_key = customers.customer_id
    left join fact_order_placed_sum_b339fffc
        on fact_order_placed_sum_b339fffc.entity_key = customers.customer_id
    where
        round(
            (
                cast((
                    cast(coalesce(fact_order_placed_sum_2655d0ad.measured, 0) as bignumeric) * 100
                ) as bignumeric) - cast((
                    cast(coalesce(fact_order_placed_sum_b339fffc.measured, 0) as bignumeric) * 100
                ) as bignumeric)
            ) / nullif(
                abs(
                    cast((
                        cast(coalesce(fact_order_placed_sum_b339fffc.measured, 0) as bignumeric) * 100
                    ) as bignumeric)
                ),
                0
            ),
            9
        ) <= -0.25
)
select
    *
from final;

