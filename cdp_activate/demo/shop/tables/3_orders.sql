-- Orders through both channels. Amounts are in euro; net is before refunds, and
-- an order's net is the sum of its lines'.

create table shop.orders (
    order_id varchar not null,
    customer_id varchar not null,
    ordered_at timestamp not null,
    status varchar,
    channel varchar,
    shop_id varchar,
    currency varchar,
    gross_amount decimal(18, 2),
    discount_amount decimal(18, 2),
    net_amount decimal(18, 2),
    refunded_amount decimal(18, 2),
    refunded_at timestamp,
    coupon varchar
);

create table shop.order_lines (
    order_line_id varchar not null,
    order_id varchar not null,
    product_id varchar not null,
    product_name varchar,
    category varchar,
    quantity integer,
    net_amount decimal(18, 2)
);

insert into shop.orders
with followed as (

    select
        purchases.*,
        case
            when purchases.fate in ('returned', 'partly refunded')
                then world_instant(purchases.refunded)
        end as refund_at
    from shop_world.purchases as purchases

)

select
    'o' || followed.person || '-' || followed.nth as order_id,
    world_customer(followed.person) as customer_id,
    followed.ordered_at,
    case
        when followed.in_shop then 'completed'
        when
            followed.fate = 'cancelled'
            and world_instant(followed.ordered + 0.1) < world_now()
            then 'cancelled'
        when followed.fate = 'returned' and followed.refund_at < world_now()
            then 'returned'
        when
            followed.fate <> 'cancelled'
            and world_instant(followed.ordered + 5.0) < world_now()
            then 'completed'
        when
            followed.fate <> 'cancelled'
            and world_instant(followed.ordered + 1.0) < world_now()
            then 'shipped'
        else 'placed'
    end as status,
    case when followed.in_shop then 'shop' else 'online' end as channel,
    case when followed.in_shop then homes.shop_id end as shop_id,
    'EUR' as currency,
    followed.gross as gross_amount,
    followed.gross - followed.net as discount_amount,
    followed.net as net_amount,
    case
        when not coalesce(followed.refund_at < world_now(), false) then 0
        when followed.fate = 'returned' then followed.net
        else round(followed.net * 0.3, 2)
    end as refunded_amount,
    case
        when followed.refund_at < world_now() then followed.refund_at
    end as refunded_at,
    case followed.discount
        when 0.10 then 'LEFT10'
        when 0.20 then 'AUGUST13'
    end as coupon
from followed
inner join shop_world.homes as homes
    on followed.place = homes.place;

insert into shop.order_lines
with lines as (

    select
        purchases.person,
        purchases.nth,
        1 as line,
        purchases.product_1 as product,
        purchases.quantity_1 as quantity,
        world_discounted(purchases.gross_1, purchases.discount) as net
    from shop_world.purchases as purchases
    union all
    select
        purchases.person,
        purchases.nth,
        2 as line,
        purchases.product_2 as product,
        purchases.quantity_2 as quantity,
        world_discounted(purchases.gross_2, purchases.discount) as net
    from shop_world.purchases as purchases
    where purchases.lines > 1
    union all
    select
        purchases.person,
        purchases.nth,
        3 as line,
        purchases.product_3 as product,
        purchases.quantity_3 as quantity,
        world_discounted(purchases.gross_3, purchases.discount) as net
    from shop_world.purchases as purchases
    where purchases.lines > 2

)

select
    'o' || lines.person || '-' || lines.nth || '.' || lines.line
        as order_line_id,
    'o' || lines.person || '-' || lines.nth as order_id,
    world_product(lines.product) as product_id,
    products.product_name,
    products.category,
    lines.quantity,
    lines.net as net_amount
from lines
inner join shop_world.products as products
    on lines.product = products.product;
