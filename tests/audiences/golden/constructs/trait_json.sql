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
        case
            when json_type(customers.profile -> '$."language"') = 'VARCHAR'
            then (
                customers.profile -> '$."language"'
            ) ->> '$'
        end = 'vi'
        and case
            when json_type(customers.profile -> '$."pets"' -> '$."count"') in ('BIGINT', 'UBIGINT')
            then try_cast((
                customers.profile -> '$."pets"' -> '$."count"'
            ) ->> '$' as bigint)
        end >= 2
        and array_contains(
            case
                when json_type(customers.profile -> '$."hobbies"') = 'ARRAY'
                then list_transform(
                    cast(customers.profile -> '$."hobbies"' as json[]),
                    lambda element : case when json_type(element) = 'VARCHAR' then element ->> '$' end
                )
            end,
            'chess'
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
        case
            when jsonb_typeof(cast(customers.profile as jsonb) -> 'language') = 'string'
            then cast(customers.profile as jsonb) -> 'language' #>> '{}'
        end = 'vi'
        and case
            when jsonb_typeof(cast(customers.profile as jsonb) -> 'pets' -> 'count') = 'number'
            and (
                cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}'
            ) ~ '^-?[0-9]{1,19}$'
            then case
                when abs(cast(cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}' as decimal)) < 9223372036854775808
                then cast(cast(cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}' as decimal) as bigint)
            end
        end >= 2
        and case
            when not case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'hobbies') = 'array'
                then array(select
                    case when jsonb_typeof(element) = 'string' then element #>> '{}' end
                from jsonb_array_elements(
                    case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'hobbies') = 'array'
                        then cast(customers.profile as jsonb) -> 'hobbies'
                        else cast('[]' as jsonb)
                    end
                ) as items(element))
            end is null
            then coalesce(
                'chess' = any(
                    case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'hobbies') = 'array'
                        then array(select
                            case when jsonb_typeof(element) = 'string' then element #>> '{}' end
                        from jsonb_array_elements(
                            case
                                when jsonb_typeof(cast(customers.profile as jsonb) -> 'hobbies') = 'array'
                                then cast(customers.profile as jsonb) -> 'hobbies'
                                else cast('[]' as jsonb)
                            end
                        ) as items(element))
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
        case
            when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'language', '"]'), 'variant')) = 'STRING'
            then variant_get(
                try_variant_get(customers.profile, concat('$["', 'language', '"]'), 'variant'),
                '$',
                'string'
            )
        end = 'vi'
        and case
            when schema_of_variant(
                try_variant_get(
                    try_variant_get(customers.profile, concat('$["', 'pets', '"]'), 'variant'),
                    concat('$["', 'count', '"]'),
                    'variant'
                )
            ) = 'BIGINT'
            then variant_get(
                try_variant_get(
                    try_variant_get(customers.profile, concat('$["', 'pets', '"]'), 'variant'),
                    concat('$["', 'count', '"]'),
                    'variant'
                ),
                '$',
                'bigint'
            )
        end >= 2
        and case
            when not case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'hobbies', '"]'), 'variant')) like 'ARRAY<%'
                then transform(
                    variant_get(
                        try_variant_get(customers.profile, concat('$["', 'hobbies', '"]'), 'variant'),
                        '$',
                        'array<variant>'
                    ),
                    element -> case
                        when schema_of_variant(element) = 'STRING'
                        then variant_get(element, '$', 'string')
                    end
                )
            end is null
            then coalesce(
                array_contains(
                    case
                        when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'hobbies', '"]'), 'variant')) like 'ARRAY<%'
                        then transform(
                            variant_get(
                                try_variant_get(customers.profile, concat('$["', 'hobbies', '"]'), 'variant'),
                                '$',
                                'array<variant>'
                            ),
                            element -> case
                                when schema_of_variant(element) = 'STRING'
                                then variant_get(element, '$', 'string')
                            end
                        )
                    end,
                    'chess'
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
        case
            when typeof(get(customers.profile, 'language')) = 'VARCHAR'
            then cast(get(customers.profile, 'language') as varchar)
        end = 'vi'
        and case
            when typeof(get(get(customers.profile, 'pets'), 'count')) = 'INTEGER'
            then try_to_number(cast(get(get(customers.profile, 'pets'), 'count') as varchar))
        end >= 2
        and array_contains(
            to_variant('chess'),
            case
                when typeof(get(customers.profile, 'hobbies')) = 'ARRAY'
                then transform(
                    cast(get(customers.profile, 'hobbies') as array),
                    element -> case when typeof(element) = 'VARCHAR' then cast(element as varchar) end
                )
            end
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
        case
            when json_type(json_query(customers.profile, '$."language"')) = 'string'
            then json_value(json_query(customers.profile, '$."language"'), '$')
        end = 'vi'
        and case
            when json_type(json_query(json_query(customers.profile, '$."pets"'), '$."count"')) = 'number'
            and regexp_contains(
                json_value(json_query(json_query(customers.profile, '$."pets"'), '$."count"'), '$'),
                '^-?[0-9]+$'
            )
            then safe_cast(json_value(json_query(json_query(customers.profile, '$."pets"'), '$."count"'), '$') as int64)
        end >= 2
        and case
            when not case
                when json_type(json_query(customers.profile, '$."hobbies"')) = 'array'
                then array(
                    select
                        case when json_type(element) = 'string' then json_value(element, '$') end
                    from unnest(json_query_array(json_query(customers.profile, '$."hobbies"'), '$')) as element
                )
            end is null
            then coalesce(
                'chess' in unnest(case
                    when json_type(json_query(customers.profile, '$."hobbies"')) = 'array'
                    then array(
                        select
                            case when json_type(element) = 'string' then json_value(element, '$') end
                        from unnest(json_query_array(json_query(customers.profile, '$."hobbies"'), '$')) as element
                    )
                end),
                false
            )
        end
)
select
    *
from final;

