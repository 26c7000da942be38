-- What people do: purchases, visits without one, and cases for support.
-- An instant that may lie after now is kept here and left out of the tables.

create table shop_world.purchases as
with numbered as (

    select
        people.person,
        people.archetype,
        people.place,
        people.walks_in,
        people.starts_with_pen,
        people.nib_solved,
        people.first_order,
        people.ordering_for,
        people.period,
        unnest(range(
            1,
            least(
                people.order_limit,
                floor(
                    least(
                        world_horizon() - people.first_order,
                        people.ordering_for
                    ) / people.period + 0.25
                )::bigint + 1
            ) + 1
        )) as nth
    from shop_world.people as people
    where people.first_order < world_horizon()

),

drawn as (

    select
        numbered.person,
        numbered.archetype,
        numbered.place,
        numbered.nth,
        -- Later orders keep their rhythm and wander a quarter around it.
        case
            when numbered.nth = 1 then numbered.first_order
            else numbered.first_order + numbered.period * (
                numbered.nth - 1.25
                + 0.5 * world_draw(numbered.person, numbered.nth, 'order')
            )
        end as ordered,
        numbered.nib_solved,
        numbered.walks_in
        and world_draw(numbered.person, numbered.nth, 'in shop') < 0.7
            as in_shop,
        -- The first thing most people want is a pen; the second, a notebook.
        case
            when numbered.nth = 1 and numbered.starts_with_pen then 1
            when
                numbered.nth = 2
                and world_draw(numbered.person, 2, 'notebook') < 0.6
                then 7
            else
                world_any_product(numbered.person, numbered.nth, 'product')
        end as product_1,
        world_any_product(numbered.person, numbered.nth, 'product 2')
            as product_2,
        world_any_product(numbered.person, numbered.nth, 'product 3')
            as product_3,
        world_quantity(numbered.person, numbered.nth, 'quantity 1')
            as quantity_1,
        world_quantity(numbered.person, numbered.nth, 'quantity 2')
            as quantity_2,
        world_quantity(numbered.person, numbered.nth, 'quantity 3')
            as quantity_3,
        1 + floor(
            1.8 * world_draw(numbered.person, numbered.nth, 'lines')
            + 0.4 * world_draw(numbered.person, numbered.nth, 'more lines')
        )::bigint as lines,
        case
            when world_draw(numbered.person, numbered.nth, 'coupon') < 0.12
                then 0.10::decimal(3, 2)
            when world_draw(numbered.person, numbered.nth, 'coupon') < 0.15
                then 0.20::decimal(3, 2)
            else 0.00::decimal(3, 2)
        end as discount,
        world_draw(numbered.person, numbered.nth, 'fate') as fate,
        8.0
        + 15.0 * world_draw(numbered.person, numbered.nth, 'return at')
            as days_to_return
    from numbered

),

priced as (

    select
        drawn.*,
        price_list.prices[drawn.product_1] * drawn.quantity_1 as gross_1,
        case
            when drawn.lines > 1
                then price_list.prices[drawn.product_2] * drawn.quantity_2
        end as gross_2,
        case
            when drawn.lines > 2
                then price_list.prices[drawn.product_3] * drawn.quantity_3
        end as gross_3
    from drawn
    cross join shop_world.price_list as price_list
    where world_instant(drawn.ordered) < world_now()

)

select
    priced.* exclude (fate, days_to_return),
    world_instant(priced.ordered) as ordered_at,
    (
        priced.gross_1
        + coalesce(priced.gross_2, 0)
        + coalesce(priced.gross_3, 0)
    )::decimal(18, 2) as gross,
    (
        world_discounted(priced.gross_1, priced.discount)
        + coalesce(world_discounted(priced.gross_2, priced.discount), 0)
        + coalesce(world_discounted(priced.gross_3, priced.discount), 0)
    )::decimal(18, 2) as net,
    case
        when priced.in_shop then 'kept'
        when priced.fate < 0.02 then 'cancelled'
        -- Service recovery begins with a parcel that went wrong.
        when priced.archetype = 'service_recovery' and priced.nth = 1
            then 'partly refunded'
        when priced.fate < 0.06 then 'returned'
        when priced.fate < 0.08 then 'partly refunded'
        else 'kept'
    end as fate,
    priced.ordered + priced.days_to_return as refunded
from priced;

create table shop_world.visits as
with numbered as (

    select
        people.person,
        people.archetype,
        people.opens,
        people.leaves_carts,
        people.email_granted,
        people.email_withdrawn,
        people.email_regranted,
        people.sms_granted,
        people.sms_withdrawn,
        people.signed_up,
        people.visits_for,
        people.visit_period,
        unnest(range(
            1,
            floor(
                least(
                    world_horizon() - people.signed_up, people.visits_for
                ) / people.visit_period
            )::bigint + 2
        )) as nth
    from shop_world.people as people
    where people.signed_up < world_horizon()

),

drawn as (

    select
        numbered.*,
        numbered.signed_up + numbered.visit_period * (
            numbered.nth - 1
            + world_draw(numbered.person, numbered.nth, 'visit')
        ) + 0.01 as visited,
        numbered.signed_up + numbered.visits_for as interest_ends,
        case
            when
                world_draw(numbered.person, numbered.nth, 'visit kind')
                < numbered.leaves_carts
                then 'cart'
            when
                numbered.archetype = 'awareness_only'
                or world_draw(numbered.person, numbered.nth, 'glance') < 0.3
                then 'glance'
            else 'study'
        end as kind
    from numbered

)

select
    drawn.person,
    drawn.nth,
    drawn.visited,
    drawn.kind,
    drawn.opens,
    -- How the shop may remind somebody of a cart left behind. Push needs the
    -- app and no other permission.
    case
        when drawn.kind <> 'cart' then null
        when
            world_permits(
                drawn.visited + 0.15,
                drawn.email_granted,
                drawn.email_withdrawn,
                drawn.email_regranted
            )
            then 'email'
        when world_chance(drawn.person, 'uses app') < 0.3 then 'push'
        when
            world_permits(
                drawn.visited + 0.15,
                drawn.sms_granted,
                drawn.sms_withdrawn,
                null::double
            )
            then 'sms'
    end as reminded_by,
    world_any_product(drawn.person, drawn.nth, 'visit product') as product
from drawn
where
    drawn.visited <= drawn.interest_ends
    and world_instant(drawn.visited) < world_now();

create table shop_world.cases as
with nib_trouble as (

    -- The pen arrived, the nib stays dry.
    select
        people.person,
        'nib' as kind,
        1 as nth,
        people.first_order
        + 2.0
        + 5.0 * world_chance(people.person, 'nib at') as opened,
        'nib' as topic,
        'normal' as priority,
        people.nib_solved as gets_solved,
        case when people.nib_solved then 0.75 else 0.0 end as pleased
    from shop_world.people as people
    where
        people.starts_with_pen
        and world_chance(people.person, 'asks about nib')
        < case people.archetype when 'nib_trouble' then 0.85 else 0.2 end

),

gone_wrong as (

    select
        purchases.person,
        'o' as kind,
        purchases.nth,
        purchases.ordered
        + 2.0
        + 4.0 * world_draw(purchases.person, purchases.nth, 'case at')
            as opened,
        case
            when
                purchases.archetype = 'service_recovery' and purchases.nth = 1
                then 'damaged'
            when purchases.fate = 'returned' then 'return'
            when world_draw(purchases.person, purchases.nth, 'topic') < 0.5
                then 'delivery'
            when world_draw(purchases.person, purchases.nth, 'topic') < 0.8
                then 'invoice'
            else 'wrong item'
        end as topic,
        case
            when
                purchases.archetype = 'service_recovery' and purchases.nth = 1
                then 'high'
            else 'normal'
        end as priority,
        purchases.archetype = 'service_recovery'
        or world_draw(purchases.person, purchases.nth, 'case solved') < 0.96
            as gets_solved,
        case
            when purchases.archetype = 'service_recovery' then 0.95
            when purchases.archetype = 'lapsed' then 0.2
            else 0.6
        end as pleased
    from shop_world.purchases as purchases
    where
        world_draw(purchases.person, purchases.nth, 'case') < case
            when
                purchases.archetype = 'service_recovery' and purchases.nth = 1
                then 1.0
            when purchases.fate = 'returned' then 0.9
            when purchases.in_shop then 0.05
            else 0.22
        end

),

advice as (

    -- One person in five asks which pen suits them, at a steady pace.
    select
        people.person,
        'a' as kind,
        1 as nth,
        people.arrived
        + 35.0
        + 0.3 * world_chance(people.person, 'advice at') as opened,
        'advice' as topic,
        'low' as priority,
        world_chance(people.person, 'advice solved') < 0.97 as gets_solved,
        0.7 as pleased
    from shop_world.people as people
    where people.person % 5 = 2

),

everything as (

    select * from nib_trouble
    union all
    select * from gone_wrong
    union all
    select * from advice

),

solved as (

    select
        everything.*,
        everything.person || everything.kind || everything.nth as case_key,
        case
            when everything.gets_solved
                then
                    everything.opened
                    + 0.04
                    + least(
                        world_wait(
                            world_draw(
                                everything.person,
                                everything.nth,
                                everything.kind || ' solved'
                            ),
                            1.2
                        ),
                        9.0
                    )
        end as solved
    from everything
    where world_instant(everything.opened) < world_now()

)

select
    solved.*,
    case
        when world_draw(solved.person, solved.nth, 'reopened') < 0.04
            then solved.solved + 2.0
    end as reopened,
    -- Half answer how it was: 4 or 5 when pleased, else 1 to 3.
    case
        when world_draw(solved.person, solved.nth, 'answers') < 0.5
            then
                case
                    when
                        world_draw(solved.person, solved.nth, 'pleased')
                        < solved.pleased
                        then
                            4 + (
                                world_draw(solved.person, solved.nth, 'stars')
                                < 0.7
                            )::integer
                    else
                        1 + floor(
                            3 * world_draw(solved.person, solved.nth, 'stars')
                        )::integer
                end
    end as satisfaction
from solved;

-- Who tells others: advocates, and some whom good service won back. Ordered by
-- arrival, so a number once given stays.
create table shop_world.advocates as
select
    people.person,
    people.first_order,
    row_number() over (order by people.person) as advocate
from shop_world.people as people
where
    people.archetype = 'advocate'
    or (
        people.archetype = 'service_recovery'
        and world_chance(people.person, 'tells others') < 0.5
    );
