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
        row_number() over (order by measured desc nulls last, (
            entity_key collate "C"
        )) as from_top,
        row_number() over (order by measured asc, (
            entity_key collate "C"
        )) as from_bottom,
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
        cast(null as text) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    left join fact_employees_ranking_75b2e8dc
        on fact_employees_ranking_75b2e8dc.entity_key = customers.customer_id
    where
        (
            case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'language') = 'string'
                then cast(customers.profile as jsonb) -> 'language' #>> '{}'
            end = 'vi'
            or case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'pets' -> 'count') = 'number'
                and (
                    cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}'
                ) ~ '^-?[0-9]{1,19}$'
                then case
                    when abs(cast(cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}' as decimal)) < 9223372036854775808
                    then cast(cast(cast(customers.profile as jsonb) -> 'pets' -> 'count' #>> '{}' as decimal) as bigint)
                end
            end >= 2
            or case
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
            or case
                when jsonb_typeof(cast(customers.profile as jsonb) -> 'vip') = 'boolean'
                then (
                    cast(customers.profile as jsonb) -> 'vip' #>> '{}'
                ) = 'true'
            end = true
            or case
                when case
                    when jsonb_typeof(cast(customers.profile as jsonb) -> 'born') = 'string'
                    then cast(customers.profile as jsonb) -> 'born' #>> '{}'
                end ~ '^(?:(?:[0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))|(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][48]|[2468]0|[13579][26])00)-02-29)$'
                then cast(case
                    when jsonb_typeof(cast(customers.profile as jsonb) -> 'born') = 'string'
                    then cast(customers.profile as jsonb) -> 'born' #>> '{}'
                end as date)
            end < cast('2000-03-01' as date)
            or (
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
            or case
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
            or customers.name ~ '^[0-9]+(?:(?<![0-9A-Za-z_])(?=[0-9A-Za-z_])|(?<=[0-9A-Za-z_])(?![0-9A-Za-z_]))[^\n]$'
            or case
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
            or customers.spend > customers.budget
            or (
                not customers.name is null
                and (
                    position(fact_account_plan_19356712.measured in customers.name) > 0
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
