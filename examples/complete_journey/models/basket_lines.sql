with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

products as (

    select * from {{ source('complete_journey', 'products') }}

),

final as (

    select
        transactions.basket_id || '-' || transactions.product_id
            as order_line_id,
        cast(transactions.basket_id as {{ dbt.type_string() }}) as order_id,
        cast(transactions.product_id as {{ dbt.type_string() }}) as product_id,
        products.product_type as product_name,
        products.product_category as category,
        transactions.quantity,
        cast(transactions.sales_value as numeric(18, 2)) as net_amount
    from transactions
    left join products
        on transactions.product_id = products.product_id

)

select * from final
