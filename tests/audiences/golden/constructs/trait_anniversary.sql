-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        (
            (
                extract(year from cast('2026-01-10' as date)) > extract(year from customers.born)
                and make_date(
                    extract(year from cast('2026-01-10' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
            or (
                extract(year from cast('2026-01-16' as date)) > extract(year from customers.born)
                and make_date(
                    extract(year from cast('2026-01-16' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
        )
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    where
        (
            (
                extract(year from cast('2026-01-10' as date)) > extract(year from customers.born)
                and make_date(
                    cast(extract(year from cast('2026-01-10' as date)) as int),
                    cast(case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end as int),
                    cast(case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end as int)
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
            or (
                extract(year from cast('2026-01-16' as date)) > extract(year from customers.born)
                and make_date(
                    cast(extract(year from cast('2026-01-16' as date)) as int),
                    cast(case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end as int),
                    cast(case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end as int)
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
        )
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        (
            (
                extract(year from cast('2026-01-10' as date)) > extract(year from customers.born)
                and make_date(
                    extract(year from cast('2026-01-10' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
            or (
                extract(year from cast('2026-01-16' as date)) > extract(year from customers.born)
                and make_date(
                    extract(year from cast('2026-01-16' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    extract(year from cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                extract(year from cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
        )
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    where
        (
            (
                date_part(year, cast('2026-01-10' as date)) > date_part(year, customers.born)
                and date_from_parts(
                    date_part(year, cast('2026-01-10' as date)),
                    case
                        when date_part(month, customers.born) = 2
                        and date_part(day, customers.born) = 29
                        and not (
                            (
                                (
                                    date_part(year, cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    date_part(year, cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                date_part(year, cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else date_part(month, customers.born)
                    end,
                    case
                        when date_part(month, customers.born) = 2
                        and date_part(day, customers.born) = 29
                        and not (
                            (
                                (
                                    date_part(year, cast('2026-01-10' as date))
                                ) % 4 = 0
                                and not (
                                    date_part(year, cast('2026-01-10' as date))
                                ) % 100 = 0
                            )
                            or (
                                date_part(year, cast('2026-01-10' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else date_part(day, customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
            or (
                date_part(year, cast('2026-01-16' as date)) > date_part(year, customers.born)
                and date_from_parts(
                    date_part(year, cast('2026-01-16' as date)),
                    case
                        when date_part(month, customers.born) = 2
                        and date_part(day, customers.born) = 29
                        and not (
                            (
                                (
                                    date_part(year, cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    date_part(year, cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                date_part(year, cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 2
                        else date_part(month, customers.born)
                    end,
                    case
                        when date_part(month, customers.born) = 2
                        and date_part(day, customers.born) = 29
                        and not (
                            (
                                (
                                    date_part(year, cast('2026-01-16' as date))
                                ) % 4 = 0
                                and not (
                                    date_part(year, cast('2026-01-16' as date))
                                ) % 100 = 0
                            )
                            or (
                                date_part(year, cast('2026-01-16' as date))
                            ) % 400 = 0
                        )
                        then 28
                        else date_part(day, customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
        )
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    where
        (
            (
                extract(year from cast('2026-01-10' as date)) > extract(year from customers.born)
                and date(
                    extract(year from cast('2026-01-10' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                mod(extract(year from cast('2026-01-10' as date)), 4) = 0
                                and not mod(extract(year from cast('2026-01-10' as date)), 100) = 0
                            )
                            or mod(extract(year from cast('2026-01-10' as date)), 400) = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                mod(extract(year from cast('2026-01-10' as date)), 4) = 0
                                and not mod(extract(year from cast('2026-01-10' as date)), 100) = 0
                            )
                            or mod(extract(year from cast('2026-01-10' as date)), 400) = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
            or (
                extract(year from cast('2026-01-16' as date)) > extract(year from customers.born)
                and date(
                    extract(year from cast('2026-01-16' as date)),
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                mod(extract(year from cast('2026-01-16' as date)), 4) = 0
                                and not mod(extract(year from cast('2026-01-16' as date)), 100) = 0
                            )
                            or mod(extract(year from cast('2026-01-16' as date)), 400) = 0
                        )
                        then 2
                        else extract(month from customers.born)
                    end,
                    case
                        when extract(month from customers.born) = 2
                        and extract(day from customers.born) = 29
                        and not (
                            (
                                mod(extract(year from cast('2026-01-16' as date)), 4) = 0
                                and not mod(extract(year from cast('2026-01-16' as date)), 100) = 0
                            )
                            or mod(extract(year from cast('2026-01-16' as date)), 400) = 0
                        )
                        then 28
                        else extract(day from customers.born)
                    end
                ) between cast('2026-01-10' as date) and cast('2026-01-16' as date)
            )
        )
)
select
    *
from final;

