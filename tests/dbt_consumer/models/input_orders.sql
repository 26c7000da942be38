-- Takes the place of the package's model of this name. The package's description,
-- contract and tests apply to it, so it has no yml of its own.
select
    cast(number as text) as order_id,
    person as customer_id,
    placed_at as ordered_at,
    'completed' as status,
    cast(null as text) as order_kind,
    cast(null as text) as original_order_id,
    'online' as channel,
    cast(null as text) as shop_id,
    'EUR' as currency,
    cast(total as numeric(18, 2)) as gross_amount,
    cast(0 as numeric(18, 2)) as discount_amount,
    cast(total as numeric(18, 2)) as net_amount,
    cast(null as numeric(18, 2)) as refunded_amount,
    cast(null as timestamp) as refunded_at,
    cast(null as text) as coupon

from erp.sales
