with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

priced_lines as (

    select
        transactions.basket_id,
        transactions.household_id,
        transactions.store_id,
        transactions.transaction_timestamp,
        cast(transactions.sales_value as numeric(18, 2)) as net_amount,
        cast(transactions.retail_disc as numeric(18, 2))
        + cast(transactions.coupon_match_disc as numeric(18, 2))
            as discount_amount,
        transactions.coupon_disc
    from transactions

),

final as (

    select
        cast(priced_lines.basket_id as {{ dbt.type_string() }}) as order_id,
        cast(min(priced_lines.household_id) as {{ dbt.type_string() }})
            as customer_id,
        min(priced_lines.transaction_timestamp) as ordered_at,
        'completed' as status,
        'shop' as channel,
        cast(min(priced_lines.store_id) as {{ dbt.type_string() }}) as shop_id,
        'USD' as currency,
        sum(priced_lines.net_amount + priced_lines.discount_amount)
            as gross_amount,
        sum(priced_lines.discount_amount) as discount_amount,
        sum(priced_lines.net_amount) as net_amount,
        cast(0 as numeric(18, 2)) as refunded_amount,
        case
            when max(priced_lines.coupon_disc) > 0 then 'manufacturer'
        end as coupon
    from priced_lines
    group by priced_lines.basket_id

)

select * from final
