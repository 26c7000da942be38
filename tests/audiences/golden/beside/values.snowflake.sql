with customers as (
    select
        *
    from "customers"
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from "customers" as link_1
    join "accounts" as linked_1
        on link_1.account_id = linked_1.account_id
), fact_account_employees_d66fac94 as (
    select
        link_1.customer_id as entity_key,
        linked_1.employees as measured
    from "customers" as link_1
    join "accounts" as linked_1
        on link_1.account_id = linked_1.account_id
), fact_employees_ranking_75b2e8dc as (
    select
        entity_key,
        row_number() over (order by measured desc nulls last, entity_key) as from_top,
        row_number() over (order by measured asc, entity_key) as from_bottom,
        rank() over (order by measured asc) as rank,
        count(*) over () as total
    from (
        select
            customers.customer_id as entity_key,
            fact_account_employees_d66fac94.measured as measured
        from "customers" as customers
        left join fact_account_employees_d66fac94
            on fact_account_employees_d66fac94.entity_key = customers.customer_id
    ) as known
    where
        not measured is null
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    left join fact_employees_ranking_75b2e8dc
        on fact_employees_ranking_75b2e8dc.entity_key = customers.customer_id
    where
        (
            case
                when typeof(get(customers.profile, 'language')) = 'VARCHAR'
                then cast(get(customers.profile, 'language') as varchar)
            end = 'vi'
            or case
                when typeof(get(get(customers.profile, 'pets'), 'count')) = 'INTEGER'
                then try_to_number(cast(get(get(customers.profile, 'pets'), 'count') as varchar))
            end >= 2
            or case
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
            or case
                when typeof(get(customers.profile, 'vip')) = 'BOOLEAN'
                then cast(get(customers.profile, 'vip') as boolean)
            end = true
            or case
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
            or (
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
                                        end as timestamp)
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
                                        end as timestamp)
                                    ),
                                    'yyyy-mm-DD hh24:mi:ss.ff6'
                                ),
                                ' +00:00'
                            )
                        )
                    end
                end < cast('2026-01-10 12:00:00+00:00' as timestamptz)
            )
            or array_contains(
                to_variant('chess'),
                case
                    when typeof(get(customers.profile, 'hobbies')) = 'ARRAY'
                    then transform(
                        cast(get(customers.profile, 'hobbies') as array),
                        element -> case when typeof(element) = 'VARCHAR' then cast(element as varchar) end
                    )
                end
            )
            or (
                regexp_instr(customers.name, '^[0-9]+\\b[^\\n]$') > 0
            )
            or array_contains(
                to_variant(lower(replace(replace('a', 'Σ', 'σ'), 'İ', 'i'))),
                transform(customers.labels, element -> lower(replace(replace(element, 'Σ', 'σ'), 'İ', 'i')))
            )
            or customers.spend > customers.budget
            or (
                not customers.name is null
                and (
                    charindex(fact_account_plan_19356712.measured, customers.name) > 0
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
