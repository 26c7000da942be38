-- The rules by which every number of the world is drawn.
--
-- shop.py has made four macros before this file runs: world_seed(),
-- world_opening_us() and world_now_us() (microseconds since 1970, UTC), and
-- world_spacing() (days between two arrivals).
--
-- Nothing here calls random() or the clock. A value is a function of the seed,
-- of who it is about, and of what it is about, so the result depends neither on
-- the number of threads nor on how far the world has run. Inside the world an
-- instant is a double: days since the opening. It becomes a timestamp at the
-- very end, in world_instant().

-- The second hash is needed: one hash of several values leaves neighbouring
-- seeds correlated (0.9 between seeds 42 and 43).
create or replace temp macro world_chance(person, topic) as
    (hash(hash(person, topic, world_seed())) >> 11)::double
    / 9007199254740992.0;

create or replace temp macro world_draw(person, nth, topic) as
    (hash(hash(person, nth, topic, world_seed())) >> 11)::double
    / 9007199254740992.0;

-- A wait with the given mean, exponentially distributed.
create or replace temp macro world_wait(chance, mean) as
    -(mean) * ln(1.0 - (chance));

-- Opaque identifiers, as a browser or an app would make them.
create or replace temp macro world_token(person, nth, topic) as
    format('{:016x}', hash(hash(person, nth, topic, world_seed())));

-- Days since the opening until now, plus one day: world_busy_hours() moves an
-- instant by less than a day, so nothing dated before now is missed.
create or replace temp macro world_horizon() as
    (world_now_us() - world_opening_us()) / 86400000000.0 + 1.0;

-- Evenings and Saturdays are busy, early mornings and Tuesdays are not. The
-- curve rises everywhere, so what came first still comes first.
create or replace temp macro world_busy_hours(since_1970) as
    since_1970
    + 0.085 * sin(2 * pi() * (since_1970 - 0.25))
    + 0.2 * sin(2 * pi() * (since_1970 + 1.0) / 7);

-- Seconds are whole, as most sources record them.
create or replace temp macro world_instant(day) as
    make_timestamp(
        1000000 * floor(
            86400 * world_busy_hours(day + world_opening_us() / 86400000000.0)
        )::bigint
    );

create or replace temp macro world_now() as make_timestamp(world_now_us());

-- A permission is granted, may be withdrawn, and may be granted again.
create or replace temp macro world_permits(day, granted, withdrawn, regranted)
as
    coalesce(
        day >= granted
        and (withdrawn is null or day < withdrawn or day >= regranted),
        false
    );

create or replace temp macro world_customer(person) as printf('c%07d', person);

create or replace temp macro world_domain(chance) as
    ['example.com', 'example.org', 'example.net'][
        1 + floor(3 * chance)::bigint
    ];

-- The first address, and the one after a change. Some people type in capitals.
create or replace temp macro world_email(person, first_part, last_part) as
    case
        when world_chance(person, 'capitals') < 0.02
            then
                upper(first_part)
                || '.'
                || last_part
                || person
                || '@Example.COM'
        else
            first_part
            || '.'
            || last_part
            || person
            || '@'
            || world_domain(world_chance(person, 'domain'))
    end;

create or replace temp macro world_new_email(person, first_part, last_part) as
    last_part
    || '.'
    || first_part
    || person
    || '@'
    || world_domain(world_chance(person, 'new domain'));

-- Mobile numbers in the form of each country. One in a hundred was typed in
-- some other way, or is not a number at all.
create or replace temp macro world_phone(person, country, version) as
    case
        when world_chance(person, 'odd phone') < 0.004 then 'n/a'
        when world_chance(person, 'odd phone') < 0.01
            then
                '0'
                || (
                    900000000
                    + floor(99999999 * world_draw(person, version, 'phone'))
                )::bigint
        else case country
            when 'VN' then '+849'
            when 'DE' then '+49151'
            when 'GB' then '+447'
            when 'IE' then '+3538'
            else '+3519'
        end || (
            case country
                when 'GB' then 700000000
                when 'IE' then 50000000
                else 10000000
            end
            + floor(
                case country
                    when 'GB' then 200000000
                    when 'IE' then 10000000
                    else 89999999
                end
                * world_draw(person, version, 'phone')
            )
        )::bigint
    end;

create or replace temp macro world_product(product) as
    printf('p%02d', product);

-- One of the 24 products, all equally likely.
create or replace temp macro world_any_product(person, nth, topic) as
    1 + floor(24 * world_draw(person, nth, topic))::bigint;

create or replace temp macro world_quantity(person, nth, topic) as
    1 + (world_draw(person, nth, topic) < 0.15)::integer;

create or replace temp macro world_discounted(amount, discount) as
    round(amount * (1 - discount), 2)::decimal(18, 2);

create or replace temp macro world_first_name(person) as
    1 + floor(20 * world_chance(person, 'first name'))::bigint;

create or replace temp macro world_last_name(person) as
    1 + floor(20 * world_chance(person, 'last name'))::bigint;
