-- dialect: duckdb
with customers as (
    select
        *
    from "customers"
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
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_consent_email_marketing_c9c89316
        on fact_consent_email_marketing_c9c89316.entity_key = customers.customer_id
    where
        not fact_consent_email_marketing_c9c89316.entity_key is null
)
select
    *
from final;

-- dialect: postgres
with customers as (
    select
        *
    from "customers"
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
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_consent_email_marketing_c9c89316
        on fact_consent_email_marketing_c9c89316.entity_key = customers.customer_id
    where
        not fact_consent_email_marketing_c9c89316.entity_key is null
)
select
    *
from final;

-- dialect: spark
with customers as (
    select
        *
    from `customers`
), fact_consent_email_marketing_d6dca316 as (
    select
        customer_id as entity_key
    from `consents`
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
                when status = 'granted'
                and recorded_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then recorded_at
            end
        ) is null
        and (
            max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            ) is null
            or max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            ) < max(
                case
                    when status = 'granted'
                    and recorded_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            )
        )
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_consent_email_marketing_d6dca316
        on fact_consent_email_marketing_d6dca316.entity_key = customers.customer_id
    where
        not fact_consent_email_marketing_d6dca316.entity_key is null
)
select
    *
from final;

-- dialect: snowflake
with customers as (
    select
        *
    from "customers"
), fact_consent_email_marketing_17d50839 as (
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
                )
                and date_trunc('MICROSECOND', recorded_at) is null
                then 1
            end
        ) is null
        and not max(
            case
                when status = 'granted'
                and date_trunc('MICROSECOND', recorded_at) < cast('2026-01-10 12:00:00' as timestampntz)
                then date_trunc('MICROSECOND', recorded_at)
            end
        ) is null
        and (
            max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and date_trunc('MICROSECOND', recorded_at) <= cast('2026-01-10 12:00:00' as timestampntz)
                    then date_trunc('MICROSECOND', recorded_at)
                end
            ) is null
            or max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and date_trunc('MICROSECOND', recorded_at) <= cast('2026-01-10 12:00:00' as timestampntz)
                    then date_trunc('MICROSECOND', recorded_at)
                end
            ) < max(
                case
                    when status = 'granted'
                    and date_trunc('MICROSECOND', recorded_at) < cast('2026-01-10 12:00:00' as timestampntz)
                    then date_trunc('MICROSECOND', recorded_at)
                end
            )
        )
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_consent_email_marketing_17d50839
        on fact_consent_email_marketing_17d50839.entity_key = customers.customer_id
    where
        not fact_consent_email_marketing_17d50839.entity_key is null
)
select
    *
from final;

-- dialect: bigquery
with customers as (
    select
        *
    from `customers`
), fact_consent_email_marketing_d6dca316 as (
    select
        customer_id as entity_key
    from `consents`
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
                when status = 'granted'
                and recorded_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                then recorded_at
            end
        ) is null
        and (
            max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            ) is null
            or max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            ) < max(
                case
                    when status = 'granted'
                    and recorded_at < cast('2026-01-10 12:00:00+00:00' as timestamp)
                    then recorded_at
                end
            )
        )
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_consent_email_marketing_d6dca316
        on fact_consent_email_marketing_d6dca316.entity_key = customers.customer_id
    where
        not fact_consent_email_marketing_d6dca316.entity_key is null
)
select
    *
from final;

