-- The people as the shop's systems know them now: only those who signed up.

create table shop.customers (
    customer_id varchar not null,
    email varchar,
    phone varchar,
    first_name varchar,
    last_name varchar,
    birth_date date,
    country varchar,
    city varchar,
    postcode varchar,
    language varchar,
    attributes varchar,
    created_at timestamp not null,
    updated_at timestamp
);

create table shop.identities (
    identity_id varchar not null,
    customer_id varchar not null,
    identifier_type varchar not null,
    identifier varchar not null,
    first_seen_at timestamp
);

create table shop.accounts (
    account_id varchar not null,
    account_name varchar,
    industry varchar,
    country varchar,
    employees integer,
    plan varchar,
    created_at timestamp
);

create table shop.account_members (
    account_member_id varchar not null,
    account_id varchar not null,
    customer_id varchar not null,
    role varchar,
    joined_at timestamp
);

insert into shop.customers
with known as (

    select
        people.*,
        world_instant(people.signed_up) as created_at,
        world_instant(people.email_changed) as email_changed_at,
        world_instant(people.phone_changed) as phone_changed_at,
        world_instant(people.moved) as moved_at,
        world_instant(people.joined_club) as joined_club_at,
        world_first_name(people.person) as first_nth,
        world_last_name(people.person) as last_nth
    from shop_world.people as people
    where world_instant(people.signed_up) < world_now()

)

select
    world_customer(known.person) as customer_id,
    case
        when not known.has_email then null
        when known.email_changed_at < world_now()
            then
                world_new_email(
                    known.person, first_names.first_part, last_names.last_part
                )
        else
            world_email(
                known.person, first_names.first_part, last_names.last_part
            )
    end as email,
    case
        when known.has_phone
            then
                world_phone(
                    known.person,
                    homes.country,
                    coalesce(known.phone_changed_at < world_now(), false)::int
                )
    end as phone,
    first_names.first_name,
    last_names.last_name,
    case
        when world_chance(known.person, 'birth known') < 0.6
            then
                date '1950-01-01'
                + floor(
                    21000 * world_chance(known.person, 'birth')
                )::integer
    end as birth_date,
    homes.country,
    current_homes.city,
    current_homes.postcode
    || floor(10 * world_chance(known.person, 'postcode'))::bigint as postcode,
    case
        when world_chance(known.person, 'language') < 0.08 then 'en'
        else homes.language
    end as language,
    json_object(
        'handedness',
        case
            when world_chance(known.person, 'hand') < 0.88 then 'left'
            when world_chance(known.person, 'hand') < 0.96 then 'right'
            else 'both'
        end,
        'club_member',
        coalesce(known.joined_club_at < world_now(), false),
        'newsletter',
        case
            when world_chance(known.person, 'newsletter') < 0.6
                then 'letters'
            else 'offers'
        end
    )::varchar as attributes,
    known.created_at,
    greatest(
        known.created_at,
        case
            when known.email_changed_at < world_now()
                then known.email_changed_at
        end,
        case
            when known.phone_changed_at < world_now()
                then known.phone_changed_at
        end,
        case when known.moved_at < world_now() then known.moved_at end,
        case
            when known.joined_club_at < world_now() then known.joined_club_at
        end
    ) as updated_at
from known
inner join shop_world.homes as homes
    on known.place = homes.place
inner join shop_world.homes as current_homes
    on
        case
            when known.moved_at < world_now() then homes.elsewhere
            else homes.place
        end = current_homes.place
inner join shop_world.names as first_names
    on
        homes.country = first_names.country
        and known.first_nth = first_names.nth
inner join shop_world.names as last_names
    on
        homes.country = last_names.country
        and known.last_nth = last_names.nth;

-- first_seen_at is when the identifier was first seen with that customer, which
-- for a browser is the sign-up, however long it looked around before.
insert into shop.identities
with seen as (

    select
        people.person,
        'anonymous_id' as identifier_type,
        'browser' as which,
        world_token(people.person, 1, 'browser') as identifier,
        people.signed_up as seen
    from shop_world.people as people
    union all
    select
        people.person,
        'anonymous_id' as identifier_type,
        'second browser' as which,
        world_token(people.person, 2, 'browser') as identifier,
        people.signed_up + 0.001 as seen
    from shop_world.people as people
    where world_chance(people.person, 'second browser') < 0.35
    union all
    select
        people.person,
        'device_id' as identifier_type,
        'app' as which,
        world_token(people.person, 1, 'app') as identifier,
        people.signed_up + 2.0 as seen
    from shop_world.people as people
    where world_chance(people.person, 'uses app') < 0.3
    union all
    -- The tablet at the counter is everybody's.
    select
        people.person,
        'device_id' as identifier_type,
        'kiosk' as which,
        'kiosk-' || places.shop_id as identifier,
        people.signed_up as seen
    from shop_world.people as people
    inner join shop_world.homes as places
        on people.place = places.place
    where
        people.walks_in
        and world_chance(people.person, 'kiosk') < 0.3
    union all
    select
        people.person,
        'external_id' as identifier_type,
        'club card' as which,
        'card-' || (70000000 + people.person) as identifier,
        people.joined_club as seen
    from shop_world.people as people
    where people.joined_club is not null
    union all
    select
        people.person,
        'email' as identifier_type,
        'second e-mail' as which,
        'post' || people.person || '@work.example.com' as identifier,
        people.signed_up + 30.0 as seen
    from shop_world.people as people
    where world_chance(people.person, 'second e-mail') < 0.08
    union all
    -- Who changed address is known by the old one as well.
    select
        people.person,
        'email' as identifier_type,
        addresses.which,
        case addresses.which
            when 'first e-mail'
                then
                    world_email(
                        people.person,
                        first_names.first_part,
                        last_names.last_part
                    )
            else
                world_new_email(
                    people.person, first_names.first_part, last_names.last_part
                )
        end as identifier,
        case addresses.which
            when 'first e-mail' then people.signed_up
            else people.email_changed
        end as seen
    from shop_world.people as people
    cross join (
        values ('first e-mail'), ('new e-mail')
    ) as addresses (which)
    inner join shop_world.homes as homes
        on people.place = homes.place
    inner join shop_world.names as first_names
        on
            homes.country = first_names.country
            and world_first_name(people.person) = first_names.nth
    inner join shop_world.names as last_names
        on
            homes.country = last_names.country
            and world_last_name(people.person) = last_names.nth
    where people.has_email

)

select
    'i' || seen.person || ' ' || seen.which as identity_id,
    world_customer(seen.person) as customer_id,
    seen.identifier_type,
    seen.identifier,
    world_instant(seen.seen) as first_seen_at
from seen
where world_instant(seen.seen) < world_now();

-- Four in a hundred of the people around a business belong to it.
insert into shop.accounts
select
    'b' || founded.account as account_id,
    homes.city
    || [' School No. ', ' Design Studio ', ' Offices '][founded.industry + 1]
    || founded.account as account_name,
    ['education', 'design', 'office'][founded.industry + 1] as industry,
    homes.country,
    floor(
        3
        + [180, 25, 400][founded.industry + 1]
        * world_chance(founded.account, 'employees')
    )::integer as employees,
    case
        when world_chance(founded.account, 'plan') < 0.5 then 'class'
        when world_chance(founded.account, 'plan') < 0.8 then 'studio'
        else 'framework'
    end as plan,
    world_instant(founded.founded) as created_at
from shop_world.businesses as founded
inner join shop_world.homes as homes
    on founded.place = homes.place
where world_instant(founded.founded) < world_now();

insert into shop.account_members
select
    'am' || people.person as account_member_id,
    'b' || ((people.person - 1) // 200 + 1) as account_id,
    world_customer(people.person) as customer_id,
    case
        when world_chance(people.person, 'role') < 0.15 then 'champion'
        when world_chance(people.person, 'role') < 0.40 then 'buyer'
        else 'user'
    end as role,
    world_instant(people.signed_up) as joined_at
from shop_world.people as people
where
    world_chance(people.person, 'member') < 0.04
    and world_instant(people.signed_up) < world_now();
