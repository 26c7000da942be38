-- dialect: duckdb
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
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        customers.spend > customers.budget
        and (
            not customers.name is null
            and (
                strpos(customers.name, fact_account_plan_19356712.measured) > 0
                or fact_account_plan_19356712.measured = ''
            )
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
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from "customers" as link_1
    join "accounts" as linked_1
        on link_1.account_id = linked_1.account_id
), final as (
    select
        customers.customer_id,
        cast(null as text) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        customers.spend > customers.budget
        and (
            not customers.name is null
            and (
                position(fact_account_plan_19356712.measured in customers.name) > 0
                or fact_account_plan_19356712.measured = ''
            )
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
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from `customers` as link_1
    join `accounts` as linked_1
        on link_1.account_id = linked_1.account_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        customers.spend > customers.budget
        and (
            not customers.name is null
            and (
                locate(fact_account_plan_19356712.measured, customers.name) > 0
                or fact_account_plan_19356712.measured = ''
            )
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
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from "customers" as link_1
    join "accounts" as linked_1
        on link_1.account_id = linked_1.account_id
), final as (
    select
        customers.customer_id,
        cast(null as varchar) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        customers.spend > customers.budget
        and (
            not customers.name is null
            and (
                charindex(fact_account_plan_19356712.measured, customers.name) > 0
                or fact_account_plan_19356712.measured = ''
            )
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
), fact_account_plan_19356712 as (
    select
        link_1.customer_id as entity_key,
        linked_1.plan as measured
    from `customers` as link_1
    join `accounts` as linked_1
        on link_1.account_id = linked_1.account_id
), final as (
    select
        customers.customer_id,
        cast(null as string) as variant
    from customers
    left join fact_account_plan_19356712
        on fact_account_plan_19356712.entity_key = customers.customer_id
    where
        customers.spend > customers.budget
        and (
            not customers.name is null
            and (
                instr(customers.name, fact_account_plan_19356712.measured) > 0
                or fact_account_plan_19356712.measured = ''
            )
        )
)
select
    *
from final;

