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
            array_contains(customers.labels, 'a') and array_contains(customers.labels, 'b')
        )
        and not (
            array_contains(customers.numbers, 1)
        )
        and length(customers.labels) = 2
        and array_contains(list_transform(customers.labels, lambda element : lower(element)), lower('a'))
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
            case
                when not customers.labels is null
                then coalesce('a' = any(
                    customers.labels
                ), false)
            end
            and case
                when not customers.labels is null
                then coalesce('b' = any(
                    customers.labels
                ), false)
            end
        )
        and not (
            case
                when not customers.numbers is null
                then coalesce(1 = any(
                    customers.numbers
                ), false)
            end
        )
        and cardinality(customers.labels) = 2
        and case
            when not case
                when not customers.labels is null
                then array(select
                    lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu")
                from unnest(customers.labels) as items(element))
            end is null
            then coalesce(
                lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu") = any(
                    case
                        when not customers.labels is null
                        then array(select
                            lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu")
                        from unnest(customers.labels) as items(element))
                    end
                ),
                false
            )
        end
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
            case
                when not customers.labels is null
                then coalesce(array_contains(customers.labels, 'a'), false)
            end
            and case
                when not customers.labels is null
                then coalesce(array_contains(customers.labels, 'b'), false)
            end
        )
        and not (
            case
                when not customers.numbers is null
                then coalesce(array_contains(customers.numbers, 1), false)
            end
        )
        and case when not customers.labels is null then size(customers.labels) end = 2
        and case
            when not transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))) is null
            then coalesce(
                array_contains(
                    transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))),
                    lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i'))
                ),
                false
            )
        end
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
            array_contains(to_variant('a'), customers.labels)
            and array_contains(to_variant('b'), customers.labels)
        )
        and not (
            array_contains(to_variant(1), customers.numbers)
        )
        and array_size(customers.labels) = 2
        and array_contains(
            to_variant(lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i'))),
            transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i')))
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
            case
                when not customers.labels is null
                then coalesce('a' in unnest(customers.labels), false)
            end
            and case
                when not customers.labels is null
                then coalesce('b' in unnest(customers.labels), false)
            end
        )
        and not (
            case
                when not customers.numbers is null
                then coalesce(1 in unnest(customers.numbers), false)
            end
        )
        and array_length(customers.labels) = 2
        and case
            when not case
                when not customers.labels is null
                then array(
                    select
                        lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))
                    from unnest(customers.labels) as element
                )
            end is null
            then coalesce(
                lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i')) in unnest(case
                    when not customers.labels is null
                    then array(
                        select
                            lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))
                        from unnest(customers.labels) as element
                    )
                end),
                false
            )
        end
)
select
    *
from final;

