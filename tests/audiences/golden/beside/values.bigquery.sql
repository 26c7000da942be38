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
                when json_type(json_query(customers.profile, '$."language"')) = 'string'
                then json_value(json_query(customers.profile, '$."language"'), '$')
            end = 'vi'
            or case
                when json_type(json_query(json_query(customers.profile, '$."pets"'), '$."count"')) = 'number'
                and regexp_contains(
                    json_value(json_query(json_query(customers.profile, '$."pets"'), '$."count"'), '$'),
                    '^-?[0-9]+$'
                )
                then safe_cast(json_value(json_query(json_query(customers.profile, '$."pets"'), '$."count"'), '$') as int64)
            end >= 2
            or case
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
            or case
                when json_type(json_query(customers.profile, '$."vip"')) = 'boolean'
                then json_value(json_query(customers.profile, '$."vip"'), '$') = 'true'
            end = true
            or case
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
            or (
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
            or case
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
            or regexp_contains(customers.name, '^[0-9]+\\b[^\\n]$')
            or case
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
            or customers.spend > customers.budget
            or (
                not customers.name is null
                and (
                    instr(customers.name, fact_account_plan_19356712.measured) > 0
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
