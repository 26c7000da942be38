-- written by `cdp-activate compile` from audiences/09_birthday.yml; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with customers as (
    select
        *
    from {{ ref('cdp_activate', 'customers') }}
), fact_consent_email_marketing_5a6065e9 as (
    select
        *
    from {{ ref('fact_consent_email_marketing_5a6065e9') }}
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_consent_email_marketing_5a6065e9
        on fact_consent_email_marketing_5a6065e9.entity_key = customers.customer_id
    where
        (
            (
                extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }}) > extract(year from customers.birth_date)
                and make_date(
                    extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }}),
                    case
                        when extract(month from customers.birth_date) = 2
                        and extract(day from customers.birth_date) = 29
                        and not (
                            (
                                (
                                    extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                                ) % 4 = 0
                                and not (
                                    extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                                ) % 100 = 0
                            )
                            or (
                                extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                            ) % 400 = 0
                        )
                        then 3
                        else extract(month from customers.birth_date)
                    end,
                    case
                        when extract(month from customers.birth_date) = 2
                        and extract(day from customers.birth_date) = 29
                        and not (
                            (
                                (
                                    extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                                ) % 4 = 0
                                and not (
                                    extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                                ) % 100 = 0
                            )
                            or (
                                extract(year from {{ cdp_activate.local_date(0, 'Europe/Berlin') }})
                            ) % 400 = 0
                        )
                        then 1
                        else extract(day from customers.birth_date)
                    end
                ) between {{ cdp_activate.local_date(0, 'Europe/Berlin') }} and {{ cdp_activate.local_date(6, 'Europe/Berlin') }}
            )
            or (
                extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }}) > extract(year from customers.birth_date)
                and make_date(
                    extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }}),
                    case
                        when extract(month from customers.birth_date) = 2
                        and extract(day from customers.birth_date) = 29
                        and not (
                            (
                                (
                                    extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                                ) % 4 = 0
                                and not (
                                    extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                                ) % 100 = 0
                            )
                            or (
                                extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                            ) % 400 = 0
                        )
                        then 3
                        else extract(month from customers.birth_date)
                    end,
                    case
                        when extract(month from customers.birth_date) = 2
                        and extract(day from customers.birth_date) = 29
                        and not (
                            (
                                (
                                    extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                                ) % 4 = 0
                                and not (
                                    extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                                ) % 100 = 0
                            )
                            or (
                                extract(year from {{ cdp_activate.local_date(6, 'Europe/Berlin') }})
                            ) % 400 = 0
                        )
                        then 1
                        else extract(day from customers.birth_date)
                    end
                ) between {{ cdp_activate.local_date(0, 'Europe/Berlin') }} and {{ cdp_activate.local_date(6, 'Europe/Berlin') }}
            )
        )
        and customers.order_count >= 1
        and not fact_consent_email_marketing_5a6065e9.entity_key is null
)
select
    *
from final
