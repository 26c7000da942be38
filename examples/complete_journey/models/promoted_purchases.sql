with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

promotions as (

    select * from {{ source('complete_journey', 'promotions') }}

),

-- The purchases first: they are a fifteenth of the promotions.
bought as (

    select distinct
        transactions.product_id,
        transactions.store_id,
        transactions.week
    from transactions

),

-- A product can be promoted in several ways at once.
final as (

    select
        promotions.product_id,
        promotions.store_id,
        promotions.week,
        max(case when promotions.display_location <> '0' then 1 else 0 end) = 1
            as is_on_display,
        max(case when promotions.mailer_location <> '0' then 1 else 0 end) = 1
            as is_in_mailer
    from promotions
    inner join bought
        on
            promotions.product_id = bought.product_id
            and promotions.store_id = bought.store_id
            and promotions.week = bought.week
    group by
        promotions.product_id,
        promotions.store_id,
        promotions.week

)

select * from final
