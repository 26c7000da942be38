-- The club's points, what is delivered again and again, sales to schools and
-- studios, and what advertising costs.

create table shop.loyalty (
    loyalty_event_id varchar not null,
    customer_id varchar not null,
    occurred_at timestamp not null,
    loyalty_event varchar not null,
    program varchar,
    points integer,
    tier varchar,
    order_id varchar,
    reward varchar
);

create table shop.subscriptions (
    subscription_id varchar not null,
    customer_id varchar,
    account_id varchar,
    plan varchar,
    status varchar,
    billing_interval varchar,
    quantity integer,
    monthly_amount decimal(18, 2),
    currency varchar,
    started_at timestamp not null,
    trial_ends_at timestamp,
    renews_at timestamp,
    cancelled_at timestamp,
    cancel_reason varchar,
    ended_at timestamp
);

create table shop.opportunities (
    opportunity_id varchar not null,
    account_id varchar not null,
    customer_id varchar,
    opportunity_name varchar,
    kind varchar,
    sales_stage varchar,
    outcome varchar,
    amount decimal(18, 2),
    currency varchar,
    win_probability decimal(18, 4),
    source varchar,
    owner_name varchar,
    created_at timestamp not null,
    stage_changed_at timestamp,
    expected_close_on date,
    closed_at timestamp,
    lost_reason varchar
);

create table shop.spend (
    spend_id varchar not null,
    spent_on date not null,
    channel varchar not null,
    source varchar,
    campaign_id varchar,
    campaign_name varchar,
    amount decimal(18, 2) not null,
    currency varchar,
    impressions bigint,
    clicks bigint
);

-- Members earn a point a euro five days after the order. With every 200 points
-- earned comes a voucher for 100; 300 make a smudge-free, 800 a grand member.
insert into shop.loyalty
with earnings as (

    select
        purchases.person,
        purchases.nth,
        purchases.ordered + 5.0 as earned,
        floor(purchases.net)::integer as points,
        sum(floor(purchases.net)) over (
            partition by purchases.person
            order by purchases.nth
        )::integer as total
    from shop_world.purchases as purchases
    inner join shop_world.people as people
        on purchases.person = people.person
    where
        purchases.fate not in ('cancelled', 'returned')
        and purchases.ordered > people.joined_club

),

movements as (

    select
        people.person,
        'j' as movement_key,
        null::bigint as nth,
        people.joined_club as happened,
        'joined' as loyalty_event,
        null::integer as points,
        'left-hander' as tier
    from shop_world.people as people
    where people.joined_club is not null
    union all
    select
        earnings.person,
        'e' || earnings.nth as movement_key,
        earnings.nth,
        earnings.earned as happened,
        'earned' as loyalty_event,
        earnings.points,
        null as tier
    from earnings
    union all
    select
        earnings.person,
        'v' || earnings.nth as movement_key,
        earnings.nth,
        earnings.earned + 0.01 as happened,
        'redeemed' as loyalty_event,
        -100
        * (
            earnings.total // 200
            - (earnings.total - earnings.points) // 200
        )::integer as points,
        null as tier
    from earnings
    where
        earnings.total // 200
        > (earnings.total - earnings.points) // 200
    union all
    select
        earnings.person,
        't' || earnings.nth as movement_key,
        null::bigint as nth,
        earnings.earned + 0.02 as happened,
        'tier_changed' as loyalty_event,
        null::integer as points,
        case when earnings.total >= 800 then 'grand' else 'smudge-free' end
            as tier
    from earnings
    where
        (earnings.total >= 300 and earnings.total - earnings.points < 300)
        or (earnings.total >= 800 and earnings.total - earnings.points < 800)

)

select
    'l' || movements.person || movements.movement_key as loyalty_event_id,
    world_customer(movements.person) as customer_id,
    world_instant(movements.happened) as occurred_at,
    movements.loyalty_event,
    'Southpaw Club' as program,
    movements.points,
    movements.tier,
    'o' || movements.person || '-' || movements.nth as order_id,
    case when movements.loyalty_event = 'redeemed' then 'voucher' end as reward
from movements
where world_instant(movements.happened) < world_now();

-- Refills by post for one in six who order regularly, the first month free;
-- notebooks by the term for two in three businesses.
insert into shop.subscriptions
with begun as (

    select
        'sc' || people.person as subscription_id,
        people.person,
        null::bigint as account,
        'refills by post' as plan,
        'month' as billing_interval,
        30.0 as period,
        1 as quantity,
        8.50::decimal(18, 2) as monthly_amount,
        people.first_order
        + 20.0
        + 60.0 * world_chance(people.person, 'subscribes at') as started,
        world_wait(world_chance(people.person, 'gives notice'), 300.0)
            as days_to_notice,
        30.0 as trial_days,
        world_chance(people.person, 'late payment') as payment_draw
    from shop_world.people as people
    where
        people.archetype in ('regular', 'advocate', 'service_recovery')
        and world_chance(people.person, 'subscribes') < 0.16
    union all
    select
        'sb' || founded.account as subscription_id,
        null::bigint as person,
        founded.account,
        case founded.industry
            when 0 then 'class set' when 1 then 'studio shelf'
            else 'office cupboard'
        end as plan,
        'year' as billing_interval,
        365.0 as period,
        10 + floor(
            190 * world_chance(founded.account, 'seats')
        )::integer as quantity,
        (
            1.20 * (
                10 + floor(190 * world_chance(founded.account, 'seats'))
            )
        )::decimal(18, 2) as monthly_amount,
        founded.founded
        + 15.0
        + 45.0 * world_chance(founded.account, 'subscribes at') as started,
        world_wait(world_chance(founded.account, 'gives notice'), 1500.0)
            as days_to_notice,
        null::double as trial_days,
        world_chance(founded.account, 'late payment') as payment_draw
    from shop_world.businesses as founded
    where world_chance(founded.account, 'subscribes') < 0.66

),

dated as (

    select
        begun.*,
        begun.started + begun.days_to_notice as noticed,
        -- Notice ends it with the paid period.
        begun.started
        + begun.period * (floor(begun.days_to_notice / begun.period) + 1)
            as ended,
        begun.started
        + begun.period * (
            floor(
                greatest(world_horizon() - 1.0 - begun.started, 0.0)
                / begun.period
            )
            + 1
        ) as renews
    from begun
    where world_instant(begun.started) < world_now()

),

followed as (

    select
        dated.*,
        world_instant(dated.noticed) < world_now() as is_noticed,
        world_instant(dated.ended) < world_now() as is_ended
    from dated

)

select
    followed.subscription_id,
    world_customer(followed.person) as customer_id,
    'b' || followed.account as account_id,
    followed.plan,
    case
        when followed.is_ended then 'ended'
        when followed.is_noticed then 'cancelled'
        when world_instant(followed.started + followed.trial_days) > world_now()
            then 'trialing'
        when followed.payment_draw < 0.03 then 'past_due'
        when followed.payment_draw < 0.05 then 'paused'
        else 'active'
    end as status,
    followed.billing_interval,
    followed.quantity,
    followed.monthly_amount,
    'EUR' as currency,
    world_instant(followed.started) as started_at,
    world_instant(followed.started + followed.trial_days) as trial_ends_at,
    case
        when not followed.is_noticed then world_instant(followed.renews)
    end as renews_at,
    case when followed.is_noticed then world_instant(followed.noticed) end
        as cancelled_at,
    case
        when followed.is_noticed
            then ['has enough', 'too dear', 'quality', null][
                1 + floor(4 * followed.payment_draw)::bigint
            ]
    end as cancel_reason,
    case when followed.is_noticed then world_instant(followed.ended) end
        as ended_at
from followed;

-- A first offer to every business, a renewal each year for those who took it,
-- and an expansion for some.
insert into shop.opportunities
with numbered as (

    select
        businesses.account,
        businesses.founded,
        businesses.industry,
        unnest(range(
            1, floor((world_horizon() - businesses.founded) / 365.0)::bigint + 3
        )) as nth,
        world_chance(businesses.account, 'wins') < 0.7 as wins
    from shop_world.businesses as businesses

),

offers as (

    select
        numbered.account,
        numbered.industry,
        numbered.nth,
        case when numbered.nth = 1 then 'new_business' else 'renewal' end
            as kind,
        numbered.founded
        + case
            when numbered.nth = 1 then 1.0
            else 365.0 * (numbered.nth - 1) - 30.0
        end as created,
        20.0 + world_wait(
            world_draw(numbered.account, numbered.nth, 'decides'), 20.0
        ) as days,
        case
            when numbered.nth = 1 then numbered.wins
            else world_draw(numbered.account, numbered.nth, 'renews') < 0.85
        end as is_won
    from numbered
    where numbered.nth = 1 or numbered.wins
    union all
    select
        numbered.account,
        numbered.industry,
        100 + numbered.nth as nth,
        'expansion' as kind,
        numbered.founded + 365.0 * numbered.nth - 200.0 as created,
        15.0 + world_wait(
            world_draw(numbered.account, numbered.nth, 'expands in'), 30.0
        ) as days,
        world_draw(numbered.account, numbered.nth, 'expands') < 0.14 as is_won
    from numbered
    where
        numbered.wins
        and world_draw(numbered.account, numbered.nth, 'expands') < 0.3

),

contacts as (

    select
        (people.person - 1) // 200 + 1 as account,
        min(people.person) as person
    from shop_world.people as people
    where
        world_chance(people.person, 'member') < 0.04
        and world_instant(people.signed_up) < world_now()
    group by all

),

followed as (

    select
        offers.*,
        contacts.person,
        world_instant(offers.created + offers.days) < world_now() as is_closed,
        -- Four steps of the same length lead to the decision.
        greatest(
            least(
                floor(
                    4.0 * (world_horizon() - 1.0 - offers.created) / offers.days
                )::bigint,
                3
            ),
            0
        ) as step
    from offers
    left join contacts
        on offers.account = contacts.account
    where world_instant(offers.created) < world_now()

)

select
    'd' || followed.account || '-' || followed.nth as opportunity_id,
    'b' || followed.account as account_id,
    case
        when
            world_instant(people.signed_up)
            < world_instant(followed.created + followed.days)
            then world_customer(followed.person)
    end as customer_id,
    ['Class sets', 'Studio shelf', 'Office cupboard'][followed.industry + 1]
    || ' for b'
    || followed.account as opportunity_name,
    followed.kind,
    case
        when followed.is_closed and followed.is_won then 'signed'
        when followed.is_closed then 'declined'
        else ['talking', 'samples sent', 'offer', 'negotiation'][
            followed.step + 1
        ]
    end as sales_stage,
    case
        when followed.is_closed and followed.is_won then 'won'
        when followed.is_closed then 'lost'
        else 'open'
    end as outcome,
    (
        12.0 * 1.20 * (
            10 + floor(190 * world_chance(followed.account, 'seats'))
        )
        * case when followed.kind = 'expansion' then 0.4 else 1.0 end
    )::decimal(18, 2) as amount,
    'EUR' as currency,
    case
        when followed.is_closed then followed.is_won::integer
        else [0.2, 0.4, 0.6, 0.8][followed.step + 1]
    end::decimal(18, 4) as win_probability,
    ['trade fair', 'web', 'recommendation'][
        1 + floor(
            3 * world_draw(followed.account, followed.nth, 'found by')
        )::bigint
    ] as source,
    ['Hoa', 'Jonas', 'Niamh'][1 + followed.account % 3] as owner_name,
    world_instant(followed.created) as created_at,
    case
        when followed.is_closed
            then world_instant(followed.created + followed.days)
        else
            world_instant(
                followed.created + followed.step * followed.days / 4.0
            )
    end as stage_changed_at,
    world_instant(followed.created + 45.0)::date as expected_close_on,
    case
        when followed.is_closed
            then world_instant(followed.created + followed.days)
    end as closed_at,
    case
        when followed.is_closed and not followed.is_won
            then ['price', 'right-handers in the majority', 'no decision'][
                1 + floor(
                    3 * world_draw(followed.account, followed.nth, 'lost')
                )::bigint
            ]
    end as lost_reason
from followed
left join shop_world.people as people
    on followed.person = people.person;

-- What is spent follows the arrivals, dearer before Left-Handers Day and the
-- school year. A day's bill is there when the day is over.
insert into shop.spend
with days as (

    select
        range as day,
        (world_instant(0.0)::date + range::integer) as spent_on
    from range(0, floor(world_horizon())::bigint + 1)

),

bills as (

    select
        days.day,
        days.spent_on,
        campaigns.*,
        round(
            campaigns.share
            / world_spacing()
            * (0.7 + 0.6 * world_draw(days.day, campaigns.nth, 'spend'))
            * case month(days.spent_on) when 8 then 1.6 else 1.0 end,
            2
        ) as amount
    from days
    cross join (
        values
        (1, 'web', 'google', 'cmp-search', 'Left-handed, searched', 2.1, 0.9),
        (2, 'social', 'instagram', 'cmp-reels', 'Smudge reels', 1.4, 0.35),
        (3, 'social', 'facebook', 'cmp-parents', 'First school year', 0.8, 0.4),
        (4, 'direct_mail', null, 'cmp-cards', 'Postcards', 0.3, null)
    ) as campaigns (
        nth, channel, source, campaign_id, campaign_name, share, click_cost
    )
    where days.spent_on < world_now()::date

)

select
    bills.campaign_id || ' ' || bills.spent_on as spend_id,
    bills.spent_on,
    bills.channel,
    bills.source,
    bills.campaign_id,
    bills.campaign_name,
    bills.amount::decimal(18, 2) as amount,
    'EUR' as currency,
    case
        when bills.click_cost is not null
            then floor(40.0 * bills.amount / bills.click_cost)::bigint
    end as impressions,
    floor(bills.amount / bills.click_cost)::bigint as clicks
from bills;
