-- What people say: to support, to each other, and about what may be sent.

create table shop.tickets (
    ticket_id varchar not null,
    customer_id varchar not null,
    opened_at timestamp not null,
    solved_at timestamp,
    reopened_at timestamp,
    status varchar,
    channel varchar,
    topic varchar,
    priority varchar,
    satisfaction integer
);

create table shop.feedback (
    feedback_id varchar not null,
    customer_id varchar not null,
    submitted_at timestamp not null,
    kind varchar not null,
    score decimal(18, 2),
    product_id varchar,
    comment varchar
);

create table shop.referrals (
    referral_id varchar not null,
    customer_id varchar not null,
    referred_customer_id varchar,
    referred_at timestamp not null,
    channel varchar
);

create table shop.consents (
    consent_id varchar not null,
    customer_id varchar not null,
    purpose varchar not null,
    status varchar not null,
    recorded_at timestamp not null,
    source varchar
);

insert into shop.tickets
with followed as (

    select
        cases.*,
        world_instant(cases.solved) < world_now() as is_solved,
        world_instant(cases.reopened) < world_now() as is_reopened
    from shop_world.cases as cases

)

select
    't' || followed.case_key as ticket_id,
    world_customer(followed.person) as customer_id,
    world_instant(followed.opened) as opened_at,
    case when followed.is_solved then world_instant(followed.solved) end
        as solved_at,
    case when followed.is_reopened then world_instant(followed.reopened) end
        as reopened_at,
    case
        when followed.is_reopened then 'reopened'
        when followed.is_solved then 'solved'
        when world_instant(followed.opened + 1.0) < world_now() then 'pending'
        else 'open'
    end as status,
    ['email', 'chat', 'phone'][
        1 + floor(
            3 * world_draw(followed.person, followed.nth, 'case channel')
        )::bigint
    ] as channel,
    followed.topic,
    followed.priority,
    case when followed.is_solved then followed.satisfaction end
        as satisfaction
from followed;

insert into shop.feedback
with reviews as (

    select
        purchases.person,
        'r' as kind,
        purchases.nth,
        purchases.ordered
        + 6.0
        + 14.0 * world_draw(purchases.person, purchases.nth, 'review at')
            as submitted,
        case purchases.archetype
            when 'advocate' then 5
            when 'regular'
                then
                    4 + (
                        world_draw(purchases.person, purchases.nth, 'stars')
                        < 0.5
                    )::integer
            when 'nib_trouble'
                then case
                    when not purchases.nib_solved
                        then
                            1 + (
                                world_draw(
                                    purchases.person, purchases.nth, 'stars'
                                ) < 0.4
                            )::integer
                    else
                        3 + floor(
                            3 * world_draw(
                                purchases.person, purchases.nth, 'stars'
                            )
                        )::integer
                end
            when 'service_recovery'
                then case when purchases.nth = 1 then 2 else 5 end
            else
                2 + floor(
                    4 * world_draw(purchases.person, purchases.nth, 'stars')
                )::integer
        end as score,
        purchases.product_1 as product
    from shop_world.purchases as purchases
    where
        purchases.fate <> 'cancelled'
        and world_draw(purchases.person, purchases.nth, 'reviews')
        < case purchases.archetype
            when 'advocate' then 0.65
            when 'nib_trouble' then 0.6
            when 'service_recovery' then 0.5
            when 'regular' then 0.25
            else 0.12
        end

),

-- Six weeks after the first order and each year after that.
recommendations as (

    select
        people.person,
        'n' as kind,
        years.nth,
        people.first_order
        + 42.0
        + 365.0 * (years.nth - 1)
        + 3.0 * world_draw(people.person, years.nth, 'nps at') as submitted,
        case people.archetype
            when 'advocate'
                then
                    9 + (
                        world_draw(people.person, years.nth, 'nps') < 0.6
                    )::integer
            when 'service_recovery'
                then
                    8 + floor(
                        3 * world_draw(people.person, years.nth, 'nps')
                    )::integer
            when 'regular'
                then
                    7 + floor(
                        4 * world_draw(people.person, years.nth, 'nps')
                    )::integer
            when 'nib_trouble'
                then
                    floor(
                        6 * world_draw(people.person, years.nth, 'nps')
                    )::integer
                    + 4 * people.nib_solved::integer
            else
                3 + floor(
                    7 * world_draw(people.person, years.nth, 'nps')
                )::integer
        end as score,
        null::bigint as product
    from shop_world.people as people
    cross join range(
        1, floor(world_horizon() / 365.0)::bigint + 2
    ) as years (nth)
    where
        people.order_limit > 0
        and world_draw(people.person, years.nth, 'answers nps') < 0.4

),

satisfaction as (

    select
        cases.person,
        'c' || cases.kind as kind,
        cases.nth,
        cases.solved
        + 0.05
        + 0.8 * world_draw(cases.person, cases.nth, 'csat at') as submitted,
        cases.satisfaction as score,
        null::bigint as product
    from shop_world.cases as cases
    where cases.solved is not null and cases.satisfaction is not null

),

-- Why did you stop? Asked of those who did.
goodbyes as (

    select
        people.person,
        's' as kind,
        1 as nth,
        people.first_order
        + people.ordering_for
        + 75.0
        + 5.0 * world_chance(people.person, 'goodbye at') as submitted,
        1 + floor(4 * world_chance(people.person, 'goodbye'))::integer as score,
        null::bigint as product
    from shop_world.people as people
    where
        people.archetype = 'lapsed'
        and world_chance(people.person, 'says why') < 0.3

),

everything as (

    select * from reviews
    union all
    select * from recommendations
    union all
    select * from satisfaction
    union all
    select * from goodbyes

),

dated as (

    select
        everything.*,
        world_instant(everything.submitted) as submitted_at,
        1 + floor(
            4 * world_draw(
                everything.person, everything.nth, everything.kind || ' words'
            )
        )::bigint as words
    from everything

)

select
    'f' || dated.person || dated.kind || dated.nth as feedback_id,
    world_customer(dated.person) as customer_id,
    dated.submitted_at,
    case dated.kind
        when 'r' then 'review'
        when 'n' then 'nps'
        when 's' then 'survey'
        else 'csat'
    end as kind,
    dated.score::decimal(18, 2) as score,
    world_product(dated.product) as product_id,
    case
        when dated.kind = 's'
            then [
                'Moved to the other hand', 'Too dear', 'Have enough pens', null
            ][dated.words]
        when dated.kind <> 'r' then null
        when dated.score <= 2
            then [
                'The nib stays dry, whatever I do.',
                'Ink everywhere; my cuff says "hello".',
                'Mực không ra, rất tiếc.',
                null
            ][dated.words]
        when dated.score = 3
            then [
                'Schön, aber die Feder kratzt.', 'Fine.', 'Ça va.', null
            ][dated.words]
        else [
            'No more smudges! 🖊️',
            'Viết rất êm, mình thích lắm.',
            e'At last.\nBought one for my son, too.',
            'Grand altogether; it''s made for us.'
        ][dated.words]
    end as comment
from dated
where dated.submitted_at < world_now();

insert into shop.referrals
with invitations as (

    -- Every eight weeks or so, mostly to somebody who never comes.
    select
        advocates.person,
        null::bigint as referred,
        'a' || advocates.person || '-' || invitations.nth as referral_key,
        advocates.first_order + 56.0 * (
            invitations.nth
            - world_draw(advocates.person, invitations.nth, 'invites')
        ) + 7.0 as referred_on
    from shop_world.advocates as advocates
    cross join range(
        1, floor(world_horizon() / 56.0)::bigint + 2
    ) as invitations (nth)
    where
        advocates.first_order + 56.0 * (invitations.nth - 1) < world_horizon()

),

-- A referral that was taken up is recorded when the friend signs up.
friends as (

    select
        people.person as friend,
        people.signed_up,
        1 + floor(
            world_chance(people.person, 'friend of') * people.person * 0.05
        )::bigint as advocate
    from shop_world.people as people
    where world_chance(people.person, 'comes as a friend') < 0.09

),

taken_up as (

    select
        advocates.person,
        friends.friend as referred,
        'f' || friends.friend as referral_key,
        friends.signed_up as referred_on
    from friends
    inner join shop_world.advocates as advocates
        on friends.advocate = advocates.advocate
    where advocates.first_order + 7.0 < friends.signed_up

),

everything as (

    select * from invitations
    union all
    select * from taken_up

)

select
    'g' || everything.referral_key as referral_id,
    world_customer(everything.person) as customer_id,
    world_customer(everything.referred) as referred_customer_id,
    world_instant(everything.referred_on) as referred_at,
    ['link', 'club evening', 'card'][
        1 + floor(
            3 * world_chance(
                everything.person, 'channel of ' || everything.referral_key
            )
        )::bigint
    ] as channel
from everything
where world_instant(everything.referred_on) < world_now();

insert into shop.consents
with said as (

    select
        people.person,
        unnest([
            {
                'purpose': 'email_marketing',
                'granted': people.email_granted,
                'withdrawn': people.email_withdrawn,
                'regranted': people.email_regranted
            },
            {
                'purpose': 'ads_personalisation',
                'granted': people.ads_granted,
                'withdrawn': people.ads_withdrawn,
                'regranted': people.ads_regranted
            },
            {
                'purpose': 'sms_marketing',
                'granted': people.sms_granted,
                'withdrawn': people.sms_withdrawn,
                'regranted': null::double
            },
            {
                'purpose': 'direct_mail',
                'granted': people.mail_granted,
                'withdrawn': people.mail_withdrawn,
                'regranted': null::double
            }
        ]) as permission
    from shop_world.people as people

),

changes as (

    select
        said.person,
        said.permission.purpose as purpose,
        changes.change,
        case changes.change
            when 'granted' then said.permission.granted
            when 'withdrawn' then said.permission.withdrawn
            else said.permission.regranted
        end as recorded
    from said
    cross join (
        values ('granted'), ('withdrawn'), ('regranted')
    ) as changes (change)

)

select
    'n' || changes.person || ' ' || changes.purpose || ' ' || changes.change
        as consent_id,
    world_customer(changes.person) as customer_id,
    changes.purpose,
    case changes.change
        when 'withdrawn' then 'withdrawn'
        else 'granted'
    end as status,
    world_instant(changes.recorded) as recorded_at,
    case
        when changes.change = 'granted' then 'sign-up form'
        when changes.change = 'regranted' then 'preference centre'
        when
            changes.purpose = 'email_marketing'
            and world_chance(changes.person, 'unsubscribes') < 0.6
            then 'unsubscribe link'
        else 'preference centre'
    end as source
from changes
where world_instant(changes.recorded) < world_now();
