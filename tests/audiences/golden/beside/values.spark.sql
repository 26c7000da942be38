with customers as (
    select
        *
    from `customers`
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from `customers` as link_1
    join `accounts` as linked_1
        on link_1.account_id = linked_1.account_id
), fact_account_employees_d66fac94 as (
    select
        link_1.customer_id as entity_key,
        linked_1.employees as measured
    from `customers` as link_1
    join `accounts` as linked_1
        on link_1.account_id = linked_1.account_id
), fact_employees_ranking_75b2e8dc as (
    select
        entity_key,
        row_number() over (order by measured desc, entity_key nulls last) as from_top,
        row_number() over (order by measured asc nulls last, entity_key nulls last) as from_bottom,
        rank() over (order by measured asc nulls last) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            fact_account_employees_d66fac94.measured as measured
        from `customers` as customers
        left join fact_account_employees_d66fac94
            on fact_account_employees_d66fac94.entity_key = customers.customer_id
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    left join fact_employees_ranking_75b2e8dc
        on fact_employees_ranking_75b2e8dc.entity_key = customers.customer_id
    where
        (
            case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'language', '"]'), 'variant')) = 'STRING'
                then variant_get(
                    try_variant_get(customers.profile, concat('$["', 'language', '"]'), 'variant'),
                    '$',
                    'string'
                )
            end = 'vi'
            or case
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
            or case
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
            or case
                when schema_of_variant(try_variant_get(customers.profile, concat('$["', 'vip', '"]'), 'variant')) = 'BOOLEAN'
                then variant_get(
                    try_variant_get(customers.profile, concat('$["', 'vip', '"]'), 'variant'),
                    '$',
                    'boolean'
                )
            end = true
            or case
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
            or (
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
                            end as timestamp)
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
                            end as timestamp)
                        ) as timestamp)
                    end
                end < cast('2026-01-10 12:00:00+00:00' as timestamp)
            )
            or case
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
            or customers.name rlike '^[0-9]+(?:(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<=[0-9A-Za-z_])(?![0-9A-Za-z_]))[^\\n]\\z'
            or case
                when not transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))) is null
                then coalesce(
                    array_contains(
                        transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i'))),
                        lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i'))
                    ),
                    false
                )
            end
            or customers.spend > customers.budget
            or (
                not customers.name is null
                and (
                    locate(fact_account_plan_19356712.measured, customers.name) > 0
                    or fact_account_plan_19356712.measured = ''
                )
            )
            or (
                fact_employees_ranking_75b2e8dc.from_top - 1
            ) * 100 < fact_employees_ranking_75b2e8dc.total * 10
            or (
                customers.score > customers.spend and lower(customers.name) like 'a%'
            )
        )
)
select
    *
from final
