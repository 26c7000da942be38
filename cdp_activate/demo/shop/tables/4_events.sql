-- What people did on the site, in the app, on social media and in the shops.

create table shop.events (
    event_id varchar not null,
    customer_id varchar,
    anonymous_id varchar,
    occurred_at timestamp not null,
    event_name varchar not null,
    channel varchar,
    session_id varchar,
    source varchar,
    page_url varchar,
    product_id varchar,
    category varchar,
    cart_id varchar,
    value decimal(18, 2)
);

create or replace temp macro world_source(draw) as
    case
        when draw < 0.28 then 'instagram'
        when draw < 0.44 then 'tiktok'
        when draw < 0.52 then 'facebook'
        when draw < 0.58 then 'pinterest'
        when draw < 0.82 then 'google'
        when draw < 0.92 then 'friend'
        else 'direct'
    end;

insert into shop.events
with

-- Before the sign-up: one or two sessions of somebody nobody knows yet.
first_looks as (

    select
        people.person,
        people.person || 'p' || sessions.nth as session_key,
        steps.step,
        case sessions.nth
            when 1 then people.arrived
            else
                people.arrived
                + (people.signed_up - people.arrived)
                * world_chance(people.person, 'second look')
        end + 0.001 * (steps.step - 1) as occurred,
        case
            when steps.step = 2 then 'product_viewed'
            when world_draw(people.person, sessions.nth, 'source') < 0.58
                then 'social_post_viewed'
            else 'page_viewed'
        end as event_name,
        false as is_known,
        world_source(world_draw(people.person, sessions.nth, 'source'))
            as source,
        case
            when steps.step = 2
                then
                    world_any_product(people.person, sessions.nth, 'look')
        end as product,
        null::varchar as cart_key,
        null::decimal(18, 2) as value
    from shop_world.people as people
    cross join (values (1), (2)) as sessions (nth)
    cross join (values (1), (2)) as steps (step)
    where
        (
            sessions.nth = 1
            or world_chance(people.person, 'looks twice') < 0.3
        )
        and (
            steps.step = 1
            or world_draw(people.person, sessions.nth, 'goes on') < 0.6
        )

),

-- Passers-by who never sign up: one for every four people who do.
strangers as (

    select
        -range as person,
        range || 'x1' as session_key,
        1 as step,
        (range - world_chance(-range, 'arrived')) * 4 * world_spacing()
            as occurred,
        case
            when world_draw(-range, 1, 'source') < 0.58
                then 'social_post_viewed'
            else 'page_viewed'
        end as event_name,
        false as is_known,
        world_source(world_draw(-range, 1, 'source')) as source,
        null::bigint as product,
        null::varchar as cart_key,
        null::decimal(18, 2) as value
    from range(1, floor(world_horizon() / (4 * world_spacing()))::bigint + 2)

),

milestones as (

    select
        people.person,
        people.person || deeds.deed || '1' as session_key,
        1 as step,
        case deeds.deed
            when 's' then people.signed_up
            when 'w' then people.signed_up
            when 'c' then people.joined_club
            when 'n'
                then
                    people.first_order
                    + 1.5
                    + 3.0 * world_chance(people.person, 'nib help')
            else
                people.first_order
                + 1.6
                + 3.0 * world_chance(people.person, 'nib help')
        end as occurred,
        case deeds.deed
            when 's' then 'account_created'
            when 'w' then 'shop_visited'
            when 'c' then 'club_joined'
            when 'n' then 'nib_help_viewed'
            else 'guide_read'
        end as event_name,
        true as is_known,
        'direct' as source,
        null::bigint as product,
        null::varchar as cart_key,
        null::decimal(18, 2) as value
    from shop_world.people as people
    cross join (values ('s'), ('w'), ('c'), ('n'), ('g')) as deeds (deed)
    where
        deeds.deed = 's'
        or (deeds.deed = 'w' and people.walks_in)
        or (deeds.deed = 'c' and people.joined_club is not null)
        or (
            deeds.deed in ('n', 'g')
            and people.starts_with_pen
            and (
                people.archetype = 'nib_trouble'
                or world_chance(people.person, 'reads nib help') < 0.3
            )
        )

),

visits as (

    select
        visits.person,
        visits.person || 'v' || visits.nth as session_key,
        steps.step,
        visits.visited + 0.002 * (steps.step - 1) as occurred,
        case
            when visits.kind = 'cart'
                then ['product_viewed', 'cart_updated', 'checkout_started'][
                    steps.step
                ]
            when visits.kind = 'glance'
                then case
                    when
                        world_draw(visits.person, visits.nth, 'glance at') < 0.4
                        then 'social_post_viewed'
                    else 'page_viewed'
                end
            when steps.step = 1 then 'product_viewed'
            else ['product_searched', 'guide_read', 'wishlist_added'][
                1 + floor(
                    3 * world_draw(visits.person, visits.nth, 'study')
                )::bigint
            ]
        end as event_name,
        world_draw(visits.person, visits.nth, 'signed in') < 0.85 as is_known,
        world_source(world_draw(visits.person, visits.nth, 'visit source'))
            as source,
        case when visits.kind <> 'glance' then visits.product end as product,
        case
            when visits.kind = 'cart' and steps.step > 1
                then visits.person || 'v' || visits.nth
        end as cart_key,
        case
            when visits.kind = 'cart' and steps.step > 1
                then
                    price_list.prices[visits.product]
                    * world_quantity(visits.person, visits.nth, 'cart')
        end as value
    from shop_world.visits as visits
    cross join (values (1), (2), (3)) as steps (step)
    cross join shop_world.price_list as price_list
    where
        steps.step = 1
        or (visits.kind = 'cart' and steps.step = 2)
        or (
            visits.kind = 'cart'
            and world_draw(visits.person, visits.nth, 'checks out') < 0.45
        )
        or (
            visits.kind = 'study'
            and steps.step = 2
            and world_draw(visits.person, visits.nth, 'studies on') < 0.5
        )

),

-- What leads to an order: a cart and a checkout, or a walk into the shop.
purchases as (

    select
        purchases.person,
        purchases.person || 'o' || purchases.nth as session_key,
        steps.step,
        purchases.ordered - 0.002 * (3 - steps.step) as occurred,
        case
            when purchases.in_shop then 'shop_visited'
            when steps.step = 1 then 'cart_updated'
            else 'checkout_started'
        end as event_name,
        true as is_known,
        world_source(
            world_draw(purchases.person, purchases.nth, 'order source')
        ) as source,
        case when not purchases.in_shop then purchases.product_1 end
            as product,
        case
            when not purchases.in_shop
                then purchases.person || 'o' || purchases.nth
        end as cart_key,
        case when not purchases.in_shop then purchases.net end as value
    from shop_world.purchases as purchases
    cross join (values (1), (2)) as steps (step)
    where steps.step = 1 or not purchases.in_shop

),

everything as (

    select * from first_looks
    union all
    select * from strangers
    union all
    select * from milestones
    union all
    select * from visits
    union all
    select * from purchases

),

dated as (

    select
        everything.*,
        world_instant(everything.occurred) as occurred_at,
        world_draw(everything.person, 1, 'source of ' || everything.session_key)
            as device_draw
    from everything

)

select
    'e' || dated.session_key || '.' || dated.step as event_id,
    case when dated.is_known then world_customer(dated.person) end
        as customer_id,
    case
        when dated.event_name <> 'shop_visited'
            then
                world_token(
                    dated.person,
                    1 + (
                        dated.person > 0
                        and dated.device_draw < 0.4
                        and world_chance(dated.person, 'second browser') < 0.35
                    )::integer,
                    'browser'
                )
    end as anonymous_id,
    dated.occurred_at,
    dated.event_name,
    case
        when dated.event_name = 'shop_visited' then 'shop'
        when dated.event_name = 'social_post_viewed' then 'social'
        when
            world_chance(dated.person, 'uses app') < 0.3
            and dated.is_known
            and dated.device_draw > 0.6
            then 'app'
        else 'web'
    end as channel,
    's' || dated.session_key as session_id,
    case when dated.event_name <> 'shop_visited' then dated.source end
        as source,
    case
        when dated.event_name not in ('shop_visited', 'social_post_viewed')
            then
                'https://southpaw-and-quill.example/'
                || coalesce(
                    'products/' || world_product(dated.product),
                    replace(dated.event_name, '_', '-')
                )
    end as page_url,
    world_product(dated.product) as product_id,
    products.category,
    'k' || dated.cart_key as cart_id,
    dated.value
from dated
left join shop_world.products as products
    on dated.product = products.product
where dated.occurred_at < world_now();
