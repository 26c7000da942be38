-- A touchpoint is a known customer's or a stranger's: never that of somebody who
-- is not in the customers.
with

touchpoints as (

    select * from {{ ref('touchpoints') }}

),

customers as (

    select * from {{ ref('customers') }}

)

select
    touchpoints.touchpoint_id,
    touchpoints.customer_id

from touchpoints

left join customers
    on touchpoints.customer_id = customers.customer_id

where
    touchpoints.customer_id is not null
    and customers.customer_id is null
