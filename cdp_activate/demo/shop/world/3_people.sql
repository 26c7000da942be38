-- Who comes, when, and how they behave. One row a person who has arrived;
-- instants are days since the opening, null where the thing never happens.

-- A person's archetype is one of a hundred lots. `period` is the mean number of
-- days between two orders and `ordering_for` how long they go on ordering;
-- `visit_period` and `visits_for` say the same of visits without an order, of
-- which a share of `leaves_carts` ends in a cart left behind. `opens` is the
-- share of letters opened.
create table shop_world.archetypes as
select
    unnest(range(archetypes.lots_from, archetypes.lots_to)) as lot,
    archetypes.*
from (
    values
    ('awareness_only', 0, 22, 0, 0.0, 0.0, 190.0, 400.0, 0.00, 0.25),
    ('considers', 22, 40, 0, 0.0, 0.0, 65.0, 250.0, 0.00, 0.30),
    ('cart_not_bought', 40, 53, 0, 0.0, 0.0, 55.0, 220.0, 0.80, 0.35),
    ('one_purchase', 53, 68, 1, 100.0, 100.0, 150.0, 300.0, 0.15, 0.30),
    ('nib_trouble', 68, 76, 5, 110.0, 700.0, 120.0, 450.0, 0.20, 0.45),
    ('regular', 76, 88, 9999, 82.0, 1000.0, 120.0, 1000.0, 0.20, 0.45),
    ('advocate', 88, 93, 9999, 55.0, 4000.0, 90.0, 4000.0, 0.15, 0.65),
    ('lapsed', 93, 98, 8, 38.0, 140.0, 60.0, 240.0, 0.15, 0.15),
    ('service_recovery', 98, 100, 9999, 65.0, 1500.0, 110.0, 1500.0, 0.15, 0.50)
) as archetypes (
    archetype, lots_from, lots_to, order_limit, period, ordering_for,
    visit_period, visits_for, leaves_carts, opens
);

create table shop_world.people as
with arrivals as (

    -- Arrivals never end: person n arrives n spacings after the opening.
    select
        range as person,
        (range - world_chance(range, 'arrived')) * world_spacing() as arrived,
        floor(100 * world_chance(range, 'archetype'))::bigint as archetype_lot,
        floor(100 * world_chance(range, 'place'))::bigint as place_lot,
        0.6 + 0.8 * world_chance(range, 'pace') as pace,
        range % 4 = 0 or world_chance(range, 'e-mail') < 0.92 as has_email,
        world_chance(range, 'phone') < 0.70 as has_phone,
        world_chance(range, 'solved') as solved_draw
    from range(1, floor(world_horizon() / world_spacing())::bigint + 2)

),

characters as (

    select
        arrivals.person,
        arrivals.arrived,
        arrivals.has_email,
        arrivals.has_phone,
        archetypes.archetype,
        archetypes.opens,
        archetypes.leaves_carts,
        archetypes.visits_for,
        places.place,
        archetypes.period * arrivals.pace as period,
        archetypes.visit_period * arrivals.pace as visit_period,
        archetypes.ordering_for
        * (0.5 + world_chance(arrivals.person, 'ordering')) as ordering_for,
        -- Two in five who live near a shop would rather walk in.
        places.shop_id is not null
        and world_chance(arrivals.person, 'walks in') < 0.4 as walks_in,
        archetypes.archetype = 'nib_trouble'
        or (
            archetypes.archetype in ('advocate', 'service_recovery')
            and world_chance(arrivals.person, 'pen') < 0.5
        )
        or (
            archetypes.order_limit > 0
            and world_chance(arrivals.person, 'pen') < 0.2
        ) as starts_with_pen,
        arrivals.solved_draw < 0.72 as nib_solved,
        -- Who never gets the nib to work does not come back, nor do half of
        -- the others.
        case
            when
                archetypes.archetype = 'nib_trouble'
                and arrivals.solved_draw >= 0.40
                then 1
            else archetypes.order_limit
        end as order_limit,
        -- Almost everybody signs up within a month of first looking.
        arrivals.arrived + case
            when world_chance(arrivals.person, 'at once') < 0.4
                then 0.005 + 0.02 * world_chance(arrivals.person, 'soon')
            else least(
                0.05 + world_wait(world_chance(arrivals.person, 'soon'), 6.0),
                30.0
            )
        end as signed_up
    from arrivals
    inner join shop_world.archetypes as archetypes
        on arrivals.archetype_lot = archetypes.lot
    inner join shop_world.places as places
        on arrivals.place_lot = places.lot

),

dated as (

    select
        characters.* exclude (ordering_for),
        case
            when characters.order_limit > 0 then
                characters.signed_up
                + 0.005
                + least(
                    world_wait(
                        world_chance(characters.person, 'decides'), 5.0
                    ),
                    40.0
                )
        end as first_order,
        characters.ordering_for,
        -- Every fourth person changes their e-mail address once, at a steady
        -- pace: with 5,000 customers every day sees some, once the shop is
        -- half a year old.
        case
            when characters.person % 4 = 0
                then
                    characters.arrived
                    + 120.0
                    + 0.05 * world_chance(characters.person, 'new e-mail')
        end as email_changed,
        case
            when
                characters.has_phone
                and world_chance(characters.person, 'new phone') < 0.08
                then
                    characters.arrived
                    + 60.0
                    + world_wait(
                        world_chance(characters.person, 'new phone at'), 400.0
                    )
        end as phone_changed,
        case
            when world_chance(characters.person, 'moves') < 0.08
                then
                    characters.arrived
                    + 60.0
                    + world_wait(
                        world_chance(characters.person, 'moves at'), 400.0
                    )
        end as moved,
        -- Permission is asked at sign-up; one in twenty gives it later.
        characters.signed_up + case
            when world_chance(characters.person, 'asked later') < 0.05
                then
                    20.0
                    + 100.0 * world_chance(characters.person, 'asked later at')
            else 0.001
        end as asked,
        world_chance(characters.person, 'email_marketing') as email_draw,
        world_chance(characters.person, 'sms_marketing') as sms_draw,
        world_chance(characters.person, 'direct_mail') as mail_draw,
        world_chance(characters.person, 'ads_personalisation') as ads_draw
    from characters

),

permitted as (

    select
        dated.* exclude (asked, email_draw, sms_draw, mail_draw, ads_draw),
        case
            when dated.has_email and dated.email_draw < 0.80 then dated.asked
        end as email_granted,
        case
            when dated.has_phone and dated.sms_draw < 0.35 then dated.asked
        end as sms_granted,
        case when dated.mail_draw < 0.25 then dated.asked end as mail_granted,
        case when dated.ads_draw < 0.55 then dated.asked end as ads_granted
    from dated

),

withdrawn as (

    -- A quarter to a third of the permissions are withdrawn within a year.
    select
        permitted.*,
        permitted.email_granted
        + 1.0
        + world_wait(
            world_chance(permitted.person, 'no e-mail'), 1200.0
        ) as email_withdrawn,
        permitted.sms_granted
        + 1.0
        + world_wait(
            world_chance(permitted.person, 'no sms'), 1000.0
        ) as sms_withdrawn,
        permitted.mail_granted
        + 1.0
        + world_wait(
            world_chance(permitted.person, 'no mail'), 1300.0
        ) as mail_withdrawn,
        permitted.ads_granted
        + 1.0
        + world_wait(
            world_chance(permitted.person, 'no ads'), 900.0
        ) as ads_withdrawn,
        -- The left-handers' club is joined after a second purchase.
        case
            when
                world_chance(permitted.person, 'joins club')
                < case permitted.archetype
                    when 'advocate' then 0.85
                    when 'service_recovery' then 0.5
                    when 'regular' then 0.3
                    when 'nib_trouble' then 0.1
                    else 0.0
                end
                and permitted.order_limit > 1
                then permitted.first_order + 1.3 * permitted.period + 1.0
        end as joined_club
    from permitted

)

select
    withdrawn.*,
    -- A quarter of those who withdrew e-mail or ads come round again.
    case
        when world_chance(withdrawn.person, 'e-mail again') < 0.25
            then
                withdrawn.email_withdrawn
                + 20.0
                + 60.0 * world_chance(withdrawn.person, 'e-mail again at')
    end as email_regranted,
    case
        when world_chance(withdrawn.person, 'ads again') < 0.25
            then
                withdrawn.ads_withdrawn
                + 20.0
                + 60.0 * world_chance(withdrawn.person, 'ads again at')
    end as ads_regranted
from withdrawn;

-- One business for every 200 people: a school, a design studio or an office.
create table shop_world.businesses as
select
    range as account,
    (range - 1) * 200 * world_spacing() as founded,
    floor(3 * world_chance(range, 'industry'))::bigint as industry,
    floor(12 * world_chance(range, 'account place'))::bigint + 1 as place
from range(
    1, floor(world_horizon() / (200 * world_spacing()))::bigint + 2
);
