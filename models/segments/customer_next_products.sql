with

pairs as (

    select * from {{ ref('product_pairs') }}

    where lift > 1

),

order_lines as (

    select * from {{ ref('customer_order_lines') }}

    where
        product_id is not null
        and (quantity is null or quantity > 0)
        and (order_status is null or order_status <> 'cancelled')

),

bought as (

    select
        customer_id,
        product_id,
        max(ordered_at) as last_ordered_at

    from order_lines

    group by
        customer_id,
        product_id

),

-- What was bought long ago says little about today, but still need not be offered.
candidates as (

    select
        bought.customer_id,
        pairs.other_product_id as product_id,
        max(pairs.confidence) as confidence,
        max(pairs.lift) as lift

    from bought

    inner join pairs
        on bought.product_id = pairs.product_id

    where
        bought.last_ordered_at
        >= {{ cdp_activate.days_ago(var('cdp_affinity_days')) }}

    group by
        bought.customer_id,
        pairs.other_product_id

),

numbered_candidates as (

    select
        candidates.customer_id,
        candidates.product_id,
        candidates.confidence,
        candidates.lift,
        row_number() over (
            partition by candidates.customer_id
            order by
                candidates.confidence desc,
                candidates.lift desc,
                candidates.product_id asc
        ) as place

    from candidates

    left join bought
        on
            candidates.customer_id = bought.customer_id
            and candidates.product_id = bought.product_id

    where bought.product_id is null

),

final as (

    select
        ---------- ids
        customer_id,
        product_id,

        ---------- numerics
        cast(place as {{ dbt.type_bigint() }}) as place,
        confidence,
        lift

    from numbered_candidates

    where place <= {{ var('cdp_next_products') }}

)

select * from final
