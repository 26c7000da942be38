{%- set double = cdp_activate.type_double() -%}
{%- set basket =
    'customer_id' if var('cdp_affinity_basket') == 'customer' else 'order_id' -%}

with

order_lines as (

    select
        {{ basket }} as basket_id,
        product_id

    from {{ ref('customer_order_lines') }}

    where
        product_id is not null
        and (quantity is null or quantity > 0)
        and (order_status is null or order_status <> 'cancelled')
        and ordered_at >= {{ cdp_activate.days_ago(var('cdp_affinity_days')) }}

),

items as (

    select distinct
        basket_id,
        product_id

    from order_lines

),

baskets as (

    select count(distinct basket_id) as basket_count

    from items

),

products as (

    select
        product_id,
        count(*) as product_basket_count

    from items

    group by product_id

),

-- A pair is never in more baskets than either of its products is: products below
-- the minimum are dropped before pairs are made.
frequent_products as (

    select
        products.product_id,
        products.product_basket_count

    from products

    cross join baskets

    where
        products.product_basket_count >= {{ var('cdp_affinity_min_baskets') }}
        and products.product_basket_count * 1.0 / baskets.basket_count
        >= {{ var('cdp_affinity_min_support') }}

),

frequent_items as (

    select
        items.basket_id,
        items.product_id

    from items

    inner join frequent_products
        on items.product_id = frequent_products.product_id

),

pairs as (

    select
        given_items.product_id,
        other_items.product_id as other_product_id,
        count(*) as pair_basket_count

    from frequent_items as given_items

    inner join frequent_items as other_items
        on
            given_items.basket_id = other_items.basket_id
            and given_items.product_id <> other_items.product_id

    group by
        given_items.product_id,
        other_items.product_id

),

measures as (

    select
        pairs.product_id,
        pairs.other_product_id,
        pairs.pair_basket_count,
        cast(pairs.pair_basket_count as {{ double }}) / baskets.basket_count
            as support,
        cast(pairs.pair_basket_count as {{ double }})
        / given_products.product_basket_count as confidence,
        cast(other_products.product_basket_count as {{ double }})
        / baskets.basket_count as other_support

    from pairs

    cross join baskets

    inner join frequent_products as given_products
        on pairs.product_id = given_products.product_id

    inner join frequent_products as other_products
        on pairs.other_product_id = other_products.product_id

    where pairs.pair_basket_count >= {{ var('cdp_affinity_min_baskets') }}

),

final as (

    select
        ---------- ids
        product_id,
        other_product_id,

        ---------- numerics
        pair_basket_count,
        {{ cdp_activate.cast_as('support', 'numeric(18, 8)') }} as support,
        {{ cdp_activate.cast_as('confidence', 'numeric(18, 8)') }} as confidence,
        {{ cdp_activate.cast_as(
            'confidence / other_support', 'numeric(18, 6)'
        ) }} as lift

    from measures

    where support >= {{ var('cdp_affinity_min_support') }}

)

select * from final
