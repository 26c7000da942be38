-- What there is to buy, where people come from, and what they are called.

create table shop_world.products as
select
    products.product,
    products.product_name,
    products.category,
    products.price::decimal(18, 2) as price
from (
    values
(1, 'Left-handed fountain pen', 'fountain pens', 34.00),
    (2, 'Left-handed fountain pen, broad nib', 'fountain pens', 36.00),
    (3, 'Left-handed calligraphy pen', 'fountain pens', 29.50),
    (4, 'Quick-drying ink, blue', 'ink', 9.80),
    (5, 'Quick-drying ink, black', 'ink', 9.80),
    (6, 'Ink cartridges, pack of 12', 'ink', 5.40),
    (7, 'Right-to-left notebook, ruled', 'notebooks', 14.90),
    (8, 'Right-to-left notebook, dotted', 'notebooks', 14.90),
    (9, 'Top-bound sketchbook', 'notebooks', 18.50),
    (10, 'Left-handed planner', 'notebooks', 21.00),
    (11, 'Left-handed scissors', 'scissors', 16.90),
    (12, 'Left-handed school scissors', 'scissors', 8.90),
    (13, 'Left-handed ruler', 'rulers', 4.50),
    (14, 'Left-handed pencil sharpener', 'sharpeners', 6.20),
    (15, 'Smudge-guard glove', 'accessories', 11.00),
    (16, 'Pen case, "Southpaw"', 'accessories', 19.90),
    (17, 'Left-handed rollerball', 'rollerballs', 12.50),
    (18, 'Left-handed rollerball refill', 'rollerballs', 3.20),
    (19, 'Slanted writing board', 'desk', 24.00),
    (20, 'Blotting paper', 'desk', 3.60),
    (21, 'Pencils, pack of 6', 'pencils', 7.90),
    (22, 'Left-handed craft knife', 'cutting', 13.40),
    (23, 'First school year set', 'sets', 39.00),
    (24, 'Gift set: pen, ink, notebook', 'sets', 59.00)
) as products (product, product_name, category, price);

-- One row: the price of every product, by its number.
create table shop_world.price_list as
select list(products.price order by products.product) as prices
from shop_world.products as products;

-- People come from one of a hundred lots; a place holds lots_from up to, not
-- including, lots_to. `elsewhere` is the place in the same country to which its
-- people move.
create table shop_world.places as
select
    unnest(range(places.lots_from, places.lots_to)) as lot,
    places.*
from (
    values
    (1, 0, 14, 'VN', 'Hà Nội', 'hanoi', 'vi', '1000', 2),
    (2, 14, 30, 'VN', 'Hồ Chí Minh', 'saigon', 'vi', '7000', 1),
    (3, 30, 34, 'VN', 'Đà Nẵng', null, 'vi', '5500', 2),
    (4, 34, 47, 'DE', 'Berlin', 'berlin', 'de', '101', 5),
    (5, 47, 53, 'DE', 'München', null, 'de', '803', 6),
    (6, 53, 58, 'DE', 'Köln', null, 'de', '506', 4),
    (7, 58, 72, 'GB', 'London', 'london', 'en-GB', 'N', 8),
    (8, 72, 78, 'GB', 'Manchester', null, 'en-GB', 'M', 7),
    (9, 78, 86, 'IE', 'Dublin', 'dublin', 'en-IE', 'D0', 10),
    (10, 86, 89, 'IE', 'Cork', null, 'en-IE', 'T1', 9),
    (11, 89, 97, 'PT', 'Lisboa', 'lisbon', 'pt-PT', '110', 12),
    (12, 97, 100, 'PT', 'Porto', null, 'pt-PT', '400', 11)
) as places (
    place, lots_from, lots_to, country, city, shop_id, language, postcode,
    elsewhere
);

-- The places again, one row each.
create table shop_world.homes as
select distinct places.* exclude (lot)
from shop_world.places as places;

-- The n-th first and last name of each country, with the form an e-mail
-- address can carry.
create table shop_world.names as
select
    lists.country,
    positions.nth,
    lists.first_names[positions.nth] as first_name,
    lists.last_names[positions.nth] as last_name,
    regexp_replace(
        lower(strip_accents(replace(replace(replace(
            lists.first_names[positions.nth], 'đ', 'd'), 'Đ', 'D'), 'ß', 'ss'
        ))), '[^a-z]', '', 'g'
    ) as first_part,
    regexp_replace(
        lower(strip_accents(replace(replace(replace(
            lists.last_names[positions.nth], 'đ', 'd'), 'Đ', 'D'), 'ß', 'ss'
        ))), '[^a-z]', '', 'g'
    ) as last_part
from (
    values
    (
        'VN',
        [
            'Mai', 'Hương', 'Thảo', 'Linh', 'Ngọc', 'Anh', 'Trang', 'Hà',
            'Quỳnh', 'Yến', 'Minh', 'Tuấn', 'Dũng', 'Đức', 'Hùng', 'Long',
            'Phúc', 'Sơn', 'Việt', 'Khánh'
        ],
        [
            'Nguyễn', 'Trần', 'Lê', 'Phạm', 'Hoàng', 'Huỳnh', 'Phan', 'Vũ',
            'Võ', 'Đặng', 'Bùi', 'Đỗ', 'Hồ', 'Ngô', 'Dương', 'Lý', 'Đinh',
            'Trương', 'Lâm', 'Tạ'
        ]
    ),
    (
        'DE',
        [
            'Anna', 'Jürgen', 'Käthe', 'Jörg', 'Lena', 'Björn', 'Sabine',
            'Günther', 'Marie', 'Felix', 'Hannah', 'Lukas', 'Zoë', 'Max',
            'Clara', 'Paul', 'Antje', 'René', 'Ulrike', 'Sören'
        ],
        [
            'Müller', 'Schröder', 'Köhler', 'Weiß', 'Groß', 'Jäger', 'Bäcker',
            'Schmidt', 'Fischer', 'Wagner', 'Koch', 'Richter', 'Krüger',
            'Löffler', 'von der Heide', 'Lange', 'Böhm', 'Vogt', 'Strauß',
            'Kaiser'
        ]
    ),
    (
        'GB',
        [
            'Olivia', 'Harry', 'Amelia', 'George', 'Isla', 'Arthur', 'Priya',
            'Mohammed', 'Grace', 'Oscar', 'Freya', 'Leo', 'Chloé', 'Theo',
            'Poppy', 'Jack', 'Ivy', 'Noah', 'Anne-Marie', 'Kwame'
        ],
        [
            'Smith', 'Jones', 'Taylor', 'Brown', 'Davies', 'Evans', 'Patel',
            'Khan', 'Wright', 'Walker', 'Hughes', 'Green', 'Hall', 'Clarke',
            'Smith-Jones', 'Turner', 'Okafor', 'Cooper', 'Ward', 'Mensah'
        ]
    ),
    (
        'IE',
        [
            'Aoife', 'Seán', 'Siobhán', 'Ciarán', 'Niamh', 'Oisín', 'Róisín',
            'Pádraig', 'Gráinne', 'Éamon', 'Orla', 'Cormac', 'Sinéad',
            'Fionn', 'Caoimhe', 'Liam', 'Bríd', 'Tadhg', 'Méabh', 'Dónal'
        ],
        [
            'O''Brien', 'O''Connor', 'Murphy', 'Kelly', 'O''Sullivan',
            'Walsh', 'Byrne', 'Ryan', 'O''Neill', 'O''Reilly', 'Doyle',
            'McCarthy', 'Gallagher', 'Ní Bhriain', 'Kennedy', 'Lynch',
            'Ó Murchú', 'Quinn', 'Moore', 'D''Arcy'
        ]
    ),
    (
        'PT',
        [
            'Inês', 'João', 'Beatriz', 'Tomás', 'Conceição', 'Martim',
            'Leonor', 'Gonçalo', 'Margarida', 'Luís', 'Sofia', 'Afonso',
            'Matilde', 'Rúben', 'Assunção', 'Duarte', 'Lara', 'Simão', 'Rita',
            'Vasco'
        ],
        [
            'Silva', 'Santos', 'Ferreira', 'Pereira', 'Conceição', 'Costa',
            'Magalhães', 'Sousa', 'Fernandes', 'Gonçalves', 'Simões',
            'Araújo', 'Lopes', 'Brandão', 'Assunção', 'de Sá', 'Falcão',
            'Guimarães', 'Cunha', 'Vaz'
        ]
    )
) as lists (country, first_names, last_names)
cross join range(1, 21) as positions (nth);
