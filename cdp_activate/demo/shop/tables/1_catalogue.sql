-- What the shop sells, and where.

create table shop.products (
    product_id varchar not null,
    product_name varchar not null,
    category varchar not null,
    price decimal(18, 2) not null
);

insert into shop.products
select
    world_product(products.product) as product_id,
    products.product_name,
    products.category,
    products.price
from shop_world.products as products;

create table shop.shops (
    shop_id varchar not null,
    shop_name varchar not null,
    country varchar not null,
    city varchar not null,
    opened_at timestamp not null
);

insert into shop.shops
select
    places.shop_id,
    places.shop_name,
    places.country,
    places.city,
    world_instant(0.0) as opened_at
from (
    values
    ('hanoi', 'Southpaw & Quill Hàng Bông', 'VN', 'Hà Nội'),
    ('saigon', 'Southpaw & Quill Quận 1', 'VN', 'Hồ Chí Minh'),
    ('berlin', 'Southpaw & Quill Kreuzberg', 'DE', 'Berlin'),
    ('london', 'Southpaw & Quill Soho', 'GB', 'London'),
    ('dublin', 'Southpaw & Quill Temple Bar', 'IE', 'Dublin'),
    ('lisbon', 'Southpaw & Quill Chiado', 'PT', 'Lisboa')
) as places (shop_id, shop_name, country, city);
