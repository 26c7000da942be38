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
        and case
            when isnan(
                case
                    when json_type(customers.profile -> '$."score"') in ('BIGINT', 'UBIGINT', 'DOUBLE')
                    then try_cast((
                        customers.profile -> '$."score"'
                    ) ->> '$' as double)
                end
            )
            then null
            else case
                when json_type(customers.profile -> '$."score"') in ('BIGINT', 'UBIGINT', 'DOUBLE')
                then try_cast((
                    customers.profile -> '$."score"'
                ) ->> '$' as double)
            end
        end < 0.5
        and case
            when json_type(customers.profile -> '$."vip"') = 'BOOLEAN'
            then (
                (
                    customers.profile -> '$."vip"'
                ) ->> '$'
            ) = 'true'
        end = true
        and case
            when regexp_matches(
                case
                    when json_type(customers.profile -> '$."born"') = 'VARCHAR'
                    then (
                        customers.profile -> '$."born"'
                    ) ->> '$'
                end,
                '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)$'
            )
            then cast(case
                when json_type(customers.profile -> '$."born"') = 'VARCHAR'
                then (
                    customers.profile -> '$."born"'
                ) ->> '$'
            end as date)
        end < cast('2000-03-01' as date)
        and (
            case
                when regexp_matches(
                    case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end,
                    '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                )
                then case
                    when regexp_matches(
                        case
                            when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                            then (
                                customers.profile -> '$."seen"'
                            ) ->> '$'
                        end,
                        '(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    )
                    then cast(case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end as timestamptz)
                    else cast(case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end as timestamp) at time zone 'UTC'
                end
            end >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
            and case
                when regexp_matches(
                    case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end,
                    '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                )
                then case
                    when regexp_matches(
                        case
                            when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                            then (
                                customers.profile -> '$."seen"'
                            ) ->> '$'
                        end,
                        '(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    )
                    then cast(case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end as timestamptz)
                    else cast(case
                        when json_type(customers.profile -> '$."seen"') = 'VARCHAR'
                        then (
                            customers.profile -> '$."seen"'
                        ) ->> '$'
                    end as timestamp) at time zone 'UTC'
                end
            end < cast('2026-01-10 12:00:00+00:00' as timestamptz)
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
        and case
            when (
                case
                    when jsonb_typeof(cast(customers.profile as jsonb) -> 'score') = 'number'
                    then case
                        when abs(cast(cast(customers.profile as jsonb) -> 'score' #>> '{}' as decimal)) < 1e308
                        then cast(cast(customers.profile as jsonb) -> 'score' #>> '{}' as double precision)
                    end
                end = cast('NaN' as double precision)
            )
            then null
            else case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'score') = 'number'
                then case
                    when abs(cast(cast(customers.profile as jsonb) -> 'score' #>> '{}' as decimal)) < 1e308
                    then cast(cast(customers.profile as jsonb) -> 'score' #>> '{}' as double precision)
                end
            end
        end < 0.5
        and case
            when jsonb_typeof(cast(customers.profile as jsonb) -> 'vip') = 'boolean'
            then (
                cast(customers.profile as jsonb) -> 'vip' #>> '{}'
            ) = 'true'
        end = true
        and case
            when case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'born') = 'string'
                then cast(customers.profile as jsonb) -> 'born' #>> '{}'
            end ~ '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)$'
            then cast(case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'born') = 'string'
                then cast(customers.profile as jsonb) -> 'born' #>> '{}'
            end as date)
        end < cast('2000-03-01' as date)
        and (
            case
                when case
                    when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                    then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                end ~ '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                then case
                    when case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end ~ '(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    then cast(case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end as timestamptz)
                    else cast(case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end as timestamp) at time zone 'UTC'
                end
            end >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
            and case
                when case
                    when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                    then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                end ~ '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                then case
                    when case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end ~ '(?:Z|[+\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    then cast(case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end as timestamptz)
                    else cast(case
                        when jsonb_typeof(cast(customers.profile as jsonb) -> 'seen') = 'string'
                        then cast(customers.profile as jsonb) -> 'seen' #>> '{}'
                    end as timestamp) at time zone 'UTC'
                end
            end < cast('2026-01-10 12:00:00+00:00' as timestamptz)
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
        and case
            when isnan(
                case
                    when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant')) in ('BIGINT', 'DOUBLE')
                    or schema_of_variant(try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant')) like 'DECIMAL%'
                    then variant_get(
                        try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant'),
                        '$',
                        'double'
                    )
                end
            )
            then null
            else case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant')) in ('BIGINT', 'DOUBLE')
                or schema_of_variant(try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant')) like 'DECIMAL%'
                then variant_get(
                    try_variant_get(customers.profile, concat('$["', 'score', '"]'), 'variant'),
                    '$',
                    'double'
                )
            end
        end < 0.5
        and case
            when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'vip', '"]'), 'variant')) = 'BOOLEAN'
            then variant_get(
                try_variant_get(customers.profile, concat('$["', 'vip', '"]'), 'variant'),
                '$',
                'boolean'
            )
        end = true
        and case
            when case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'born', '"]'), 'variant')) = 'STRING'
                then variant_get(
                    try_variant_get(customers.profile, concat('$["', 'born', '"]'), 'variant'),
                    '$',
                    'string'
                )
            end rlike '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)\\z'
            then cast(case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'born', '"]'), 'variant')) = 'STRING'
                then variant_get(
                    try_variant_get(customers.profile, concat('$["', 'born', '"]'), 'variant'),
                    '$',
                    'string'
                )
            end as date)
        end < cast('2000-03-01' as date)
        and (
            case
                when case
                    when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                    then variant_get(
                        try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                        '$',
                        'string'
                    )
                end rlike '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])?\\z'
                then case
                    when case
                        when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                        then variant_get(
                            try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                            '$',
                            'string'
                        )
                    end rlike '(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])\\z'
                    then cast(case
                        when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                        then variant_get(
                            try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                            '$',
                            'string'
                        )
                    end as timestamp)
                    else cast(convert_timezone(
                        'UTC',
                        current_timezone(),
                        cast(case
                            when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                            then variant_get(
                                try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                                '$',
                                'string'
                            )
                        end as timestamp_ntz)
                    ) as timestamp)
                end
            end >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and case
                when case
                    when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                    then variant_get(
                        try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                        '$',
                        'string'
                    )
                end rlike '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])?\\z'
                then case
                    when case
                        when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                        then variant_get(
                            try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                            '$',
                            'string'
                        )
                    end rlike '(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])\\z'
                    then cast(case
                        when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                        then variant_get(
                            try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                            '$',
                            'string'
                        )
                    end as timestamp)
                    else cast(convert_timezone(
                        'UTC',
                        current_timezone(),
                        cast(case
                            when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant')) = 'STRING'
                            then variant_get(
                                try_variant_get(customers.profile, concat('$["', 'seen', '"]'), 'variant'),
                                '$',
                                'string'
                            )
                        end as timestamp_ntz)
                    ) as timestamp)
                end
            end < cast('2026-01-10 12:00:00+00:00' as timestamp)
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
        and case
            when (
                case
                    when typeof(get(customers.profile, 'score')) in ('INTEGER', 'DECIMAL', 'DOUBLE')
                    then cast(get(customers.profile, 'score') as double)
                end = cast('NaN' as double)
            )
            then null
            else case
                when typeof(get(customers.profile, 'score')) in ('INTEGER', 'DECIMAL', 'DOUBLE')
                then cast(get(customers.profile, 'score') as double)
            end
        end < 0.5
        and case
            when typeof(get(customers.profile, 'vip')) = 'BOOLEAN'
            then cast(get(customers.profile, 'vip') as boolean)
        end = true
        and case
            when (
                regexp_instr(
                    case
                        when typeof(get(customers.profile, 'born')) = 'VARCHAR'
                        then cast(get(customers.profile, 'born') as varchar)
                    end,
                    '^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)-02-29)$'
                ) > 0
            )
            then cast(case
                when typeof(get(customers.profile, 'born')) = 'VARCHAR'
                then cast(get(customers.profile, 'born') as varchar)
            end as date)
        end < cast('2000-03-01' as date)
        and (
            case
                when (
                    regexp_instr(
                        case
                            when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                            then cast(get(customers.profile, 'seen') as varchar)
                        end,
                        '^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+\\-](0[0-9]|1[0-4]):[0-5][0-9])?$'
                    ) > 0
                )
                then case
                    when (
                        regexp_instr(
                            case
                                when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                                then cast(get(customers.profile, 'seen') as varchar)
                            end,
                            '(Z|[+\\-](0[0-9]|1[0-4]):[0-5][0-9])$'
                        ) > 0
                    )
                    then cast(case
                        when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                        then cast(get(customers.profile, 'seen') as varchar)
                    end as timestamptz)
                    else to_timestamp_tz(
                        concat(
                            to_char(
                                convert_timezone(
                                    'UTC',
                                    'UTC',
                                    cast(case
                                        when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                                        then cast(get(customers.profile, 'seen') as varchar)
                                    end as timestampntz)
                                ),
                                'yyyy-mm-DD hh24:mi:ss.ff6'
                            ),
                            ' +00:00'
                        )
                    )
                end
            end >= cast('2026-01-03 12:00:00+00:00' as timestamptz)
            and case
                when (
                    regexp_instr(
                        case
                            when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                            then cast(get(customers.profile, 'seen') as varchar)
                        end,
                        '^(([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)-02-29)[T ]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?(Z|[+\\-](0[0-9]|1[0-4]):[0-5][0-9])?$'
                    ) > 0
                )
                then case
                    when (
                        regexp_instr(
                            case
                                when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                                then cast(get(customers.profile, 'seen') as varchar)
                            end,
                            '(Z|[+\\-](0[0-9]|1[0-4]):[0-5][0-9])$'
                        ) > 0
                    )
                    then cast(case
                        when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                        then cast(get(customers.profile, 'seen') as varchar)
                    end as timestamptz)
                    else to_timestamp_tz(
                        concat(
                            to_char(
                                convert_timezone(
                                    'UTC',
                                    'UTC',
                                    cast(case
                                        when typeof(get(customers.profile, 'seen')) = 'VARCHAR'
                                        then cast(get(customers.profile, 'seen') as varchar)
                                    end as timestampntz)
                                ),
                                'yyyy-mm-DD hh24:mi:ss.ff6'
                            ),
                            ' +00:00'
                        )
                    )
                end
            end < cast('2026-01-10 12:00:00+00:00' as timestamptz)
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
        and case
            when is_nan(
                case
                    when json_type(json_query(customers.profile, '$."score"')) = 'number'
                    then float64(json_query(customers.profile, '$."score"'))
                end
            )
            then null
            else case
                when json_type(json_query(customers.profile, '$."score"')) = 'number'
                then float64(json_query(customers.profile, '$."score"'))
            end
        end < 0.5
        and case
            when json_type(json_query(customers.profile, '$."vip"')) = 'boolean'
            then json_value(json_query(customers.profile, '$."vip"'), '$') = 'true'
        end = true
        and case
            when regexp_contains(
                case
                    when json_type(json_query(customers.profile, '$."born"')) = 'string'
                    then json_value(json_query(customers.profile, '$."born"'), '$')
                end,
                '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)$'
            )
            then cast(case
                when json_type(json_query(customers.profile, '$."born"')) = 'string'
                then json_value(json_query(customers.profile, '$."born"'), '$')
            end as date)
        end < cast('2000-03-01' as date)
        and (
            case
                when regexp_contains(
                    case
                        when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                        then json_value(json_query(customers.profile, '$."seen"'), '$')
                    end,
                    '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                )
                then case
                    when regexp_contains(
                        case
                            when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                            then json_value(json_query(customers.profile, '$."seen"'), '$')
                        end,
                        '(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    )
                    then cast(case
                        when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                        then json_value(json_query(customers.profile, '$."seen"'), '$')
                    end as timestamp)
                    else timestamp(
                        cast(case
                            when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                            then json_value(json_query(customers.profile, '$."seen"'), '$')
                        end as datetime),
                        'UTC'
                    )
                end
            end >= cast('2026-01-03 12:00:00+00:00' as timestamp)
            and case
                when regexp_contains(
                    case
                        when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                        then json_value(json_query(customers.profile, '$."seen"'), '$')
                    end,
                    '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)[T ](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9](?:[.][0-9]+)?)?(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])?$'
                )
                then case
                    when regexp_contains(
                        case
                            when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                            then json_value(json_query(customers.profile, '$."seen"'), '$')
                        end,
                        '(?:Z|[+\\-](?:0[0-9]|1[0-4]):[0-5][0-9])$'
                    )
                    then cast(case
                        when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                        then json_value(json_query(customers.profile, '$."seen"'), '$')
                    end as timestamp)
                    else timestamp(
                        cast(case
                            when json_type(json_query(customers.profile, '$."seen"')) = 'string'
                            then json_value(json_query(customers.profile, '$."seen"'), '$')
                        end as datetime),
                        'UTC'
                    )
                end
            end < cast('2026-01-10 12:00:00+00:00' as timestamp)
        )
)
select
    *
from final;

