with

orders as (

    {{ cdp_activate.one_row_each(
        ref('input_orders'), 'order_id', 'ordered_at',
        belongs_to={'customer_id': ref('customer_ids')}
    ) }}

),

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

known as (

    select
        orders.order_id,
        customer_ids.customer_id,
        orders.original_order_id,
        orders.shop_id,
        {{ cdp_activate.word('orders.status') }} as status,
        {{ cdp_activate.word('orders.channel') }} as channel,
        upper(trim(orders.currency)) as currency,
        orders.coupon,
        orders.gross_amount,
        orders.net_amount,
        orders.ordered_at,
        orders.refunded_at,
        abs(orders.discount_amount) as discount_amount,
        abs(orders.refunded_amount) as refunded_amount,
        coalesce({{ cdp_activate.is_return('orders') }}, false) as is_return

    from orders

    inner join customer_ids
        on orders.customer_id = customer_ids.source_customer_id

    where orders.ordered_at < {{ cdp_activate.as_of() }}

),

sales as (

    select
        order_id,
        customer_id,
        ordered_at

    from known

    where not is_return

),

-- A return that names no order, or one nobody knows, is of the latest before it.
candidates as (

    select
        returns.order_id,
        sales.order_id as returned_order_id,
        row_number() over (
            partition by returns.order_id
            order by
                case
                    when sales.order_id = returns.original_order_id then 0
                    else 1
                end asc,
                sales.ordered_at desc,
                sales.order_id desc
        ) as candidate_number

    from known as returns

    inner join sales
        on
            returns.customer_id = sales.customer_id
            and (
                returns.ordered_at >= sales.ordered_at
                or returns.original_order_id = sales.order_id
            )

    where returns.is_return

),

final as (

    select
        known.order_id,
        known.customer_id,
        candidates.returned_order_id,
        known.shop_id,
        known.status,
        known.channel,
        known.currency,
        known.coupon,
        known.gross_amount,
        known.discount_amount,
        known.net_amount,
        known.refunded_amount,
        known.is_return,
        known.ordered_at,
        known.refunded_at

    from known

    left join candidates
        on
            known.order_id = candidates.order_id
            and candidates.candidate_number = 1

)

select * from final
