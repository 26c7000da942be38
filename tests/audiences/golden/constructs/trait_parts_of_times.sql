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
            extract(year from customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'Europe/Berlin') between 1 and 9999
            and extract(isodow from cast(customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'Europe/Berlin' as date)) in (6, 7)
        )
        and (
            extract(year from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') between 1 and 9999
            and (
                extract(hour from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') >= 8
                and extract(hour from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') < 20
            )
        )
        and (
            extract(year from customers.synced_at at time zone 'Europe/Berlin') between 1 and 9999
            and extract(month from customers.synced_at at time zone 'Europe/Berlin') in (12)
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
            extract(year from customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'Europe/Berlin') between 1 and 9999
            and extract(isodow from cast(customers.local_at at time zone 'Asia/Ho_Chi_Minh' at time zone 'Europe/Berlin' as date)) in (6, 7)
        )
        and (
            extract(year from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') between 1 and 9999
            and (
                extract(hour from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') >= 8
                and extract(hour from customers.seen_at at time zone 'UTC' at time zone 'Europe/Berlin') < 20
            )
        )
        and (
            extract(year from customers.synced_at at time zone 'Europe/Berlin') between 1 and 9999
            and extract(month from customers.synced_at at time zone 'Europe/Berlin') in (12)
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
            extract(year from convert_timezone('Europe/Berlin', cast(customers.local_at as timestamp_ntz))) between 1 and 9999
            and (
                weekday(
                    cast(convert_timezone('Europe/Berlin', cast(customers.local_at as timestamp_ntz)) as date)
                ) + 1
            ) in (6, 7)
        )
        and (
            extract(year from convert_timezone('Europe/Berlin', cast(customers.seen_at as timestamp_ntz))) between 1 and 9999
            and (
                extract(hour from convert_timezone('Europe/Berlin', cast(customers.seen_at as timestamp_ntz))) >= 8
                and extract(hour from convert_timezone('Europe/Berlin', cast(customers.seen_at as timestamp_ntz))) < 20
            )
        )
        and (
            extract(year from convert_timezone('Europe/Berlin', cast(customers.synced_at as timestamp_ntz))) between 1 and 9999
            and extract(month from convert_timezone('Europe/Berlin', cast(customers.synced_at as timestamp_ntz))) in (12)
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
            date_part(year, convert_timezone('Asia/Ho_Chi_Minh', 'Europe/Berlin', customers.local_at)) between 1 and 9999
            and dayofweekiso(
                cast(convert_timezone('Asia/Ho_Chi_Minh', 'Europe/Berlin', customers.local_at) as date)
            ) in (6, 7)
        )
        and (
            date_part(year, convert_timezone('UTC', 'Europe/Berlin', customers.seen_at)) between 1 and 9999
            and (
                date_part(hour, convert_timezone('UTC', 'Europe/Berlin', customers.seen_at)) >= 8
                and date_part(hour, convert_timezone('UTC', 'Europe/Berlin', customers.seen_at)) < 20
            )
        )
        and (
            date_part(year, cast(convert_timezone('Europe/Berlin', customers.synced_at) as timestampntz)) between 1 and 9999
            and date_part(
                month,
                cast(convert_timezone('Europe/Berlin', customers.synced_at) as timestampntz)
            ) in (12)
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
            extract(year from datetime(customers.local_at, 'Europe/Berlin')) between 1 and 9999
            and (
                mod(
                    extract(dayofweek from cast(datetime(customers.local_at, 'Europe/Berlin') as date)) + 5,
                    7
                ) + 1
            ) in (6, 7)
        )
        and (
            extract(year from datetime(customers.seen_at, 'Europe/Berlin')) between 1 and 9999
            and (
                extract(hour from datetime(customers.seen_at, 'Europe/Berlin')) >= 8
                and extract(hour from datetime(customers.seen_at, 'Europe/Berlin')) < 20
            )
        )
        and (
            extract(year from datetime(customers.synced_at, 'Europe/Berlin')) between 1 and 9999
            and extract(month from datetime(customers.synced_at, 'Europe/Berlin')) in (12)
        )
)
select
    *
from final;

