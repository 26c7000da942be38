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
        and extract(isodow from cast(customers.seen_at at time zone 'UTC' at time zone 'Asia/Ho_Chi_Minh' as date)) in (6, 7)
        and (
            extract(hour from customers.synced_at at time zone 'Asia/Ho_Chi_Minh') >= 8
            and extract(hour from customers.synced_at at time zone 'Asia/Ho_Chi_Minh') < 20
        )
        and customers.renews >= cast('2026-02-09' as date)
)
select
    *
from final
