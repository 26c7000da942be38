with

transactions as (

    select * from {{ source('complete_journey', 'transactions') }}

),

products as (

    select * from {{ source('complete_journey', 'products') }}

),

coupon_redemptions as (

    select * from {{ source('complete_journey', 'coupon_redemptions') }}

),

promoted_purchases as (

    select * from {{ ref('promoted_purchases') }}

),

promotions_seen as (

    select
        'promotion-'
        || transactions.basket_id
        || '-'
        || transactions.product_id as event_id,
        cast(transactions.household_id as {{ dbt.type_string() }})
            as customer_id,
        transactions.transaction_timestamp as occurred_at,
        'promotion_seen' as event_name,
        'shop' as channel,
        cast(transactions.basket_id as {{ dbt.type_string() }}) as session_id,
        case
            when
                promoted_purchases.is_on_display
                and promoted_purchases.is_in_mailer
                then 'display and mailer'
            when promoted_purchases.is_on_display then 'display'
            else 'mailer'
        end as source,
        cast(transactions.product_id as {{ dbt.type_string() }}) as product_id,
        products.product_category as category,
        cast(transactions.sales_value as numeric(18, 2)) as value
    from transactions
    inner join promoted_purchases
        on
            transactions.product_id = promoted_purchases.product_id
            and transactions.store_id = promoted_purchases.store_id
            and transactions.week = promoted_purchases.week
    left join products
        on transactions.product_id = products.product_id

),

coupons_redeemed as (

    select
        'coupon-'
        || coupon_redemptions.campaign_id
        || '-'
        || coupon_redemptions.household_id
        || '-'
        || coupon_redemptions.coupon_upc
        || '-'
        || cast(
            cast(coupon_redemptions.redemption_date as date)
            as {{ dbt.type_string() }}
        ) as event_id,
        cast(coupon_redemptions.household_id as {{ dbt.type_string() }})
            as customer_id,
        coupon_redemptions.redemption_date as occurred_at,
        'coupon_redeemed' as event_name,
        'shop' as channel,
        cast(null as {{ dbt.type_string() }}) as session_id,
        'campaign ' || coupon_redemptions.campaign_id as source,
        cast(null as {{ dbt.type_string() }}) as product_id,
        cast(null as {{ dbt.type_string() }}) as category,
        cast(null as numeric(18, 2)) as value
    from coupon_redemptions

),

final as (

    select * from promotions_seen

    union all

    select * from coupons_redeemed

)

select * from final
