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
            regexp_matches(customers.name, '^[a-z]+[0-9]$', 'i')
            or not strpos(customers.name, 'it''s 100% {{ x }}') > 0
            or ends_with(customers.name, 'pen')
            or regexp_matches(customers.name, '^[ \t\n\r\f\v]*$')
            or (
                array_contains(customers.labels, 'left')
                or array_contains(customers.labels, 'right')
            )
            or length(customers.labels) >= 2
        )
)
select
    *
from final
