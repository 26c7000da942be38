-- What the shop sent, and what became of it. Nothing is sent without the
-- permission for its channel; push needs the app and no other permission.

create table shop.messages (
    message_event_id varchar not null,
    message_id varchar not null,
    customer_id varchar not null,
    occurred_at timestamp not null,
    channel varchar not null,
    message_event varchar not null,
    campaign_id varchar,
    campaign_name varchar,
    link_url varchar
);

insert into shop.messages
with

-- A letter twice a year, to each person on their own day.
letters as (

    select
        'l' as kind,
        letters.nth,
        people.signed_up
        + 0.1
        + 182.0 * (
            letters.nth - 1 + world_chance(people.person, 'letter day')
        ) as sent,
        people.*
    from shop_world.people as people
    cross join range(
        1, floor(world_horizon() / 182.0)::bigint + 2
    ) as letters (nth)
    where
        people.email_granted is not null
        and people.signed_up + 182.0 * (letters.nth - 1) < world_horizon()

),

-- To everybody, after the first order of a pen, to those who stopped, and the
-- letter in which somebody clicks "unsubscribe".
occasions as (

    select
        occasions.kind,
        1 as nth,
        case occasions.kind
            when 'w' then people.signed_up + 0.02
            when 'n' then people.first_order + 1.0
            when 'b' then people.first_order + people.ordering_for + 60.0
            else people.email_withdrawn - 0.05
        end as sent,
        people.*
    from shop_world.people as people
    cross join (values ('w'), ('n'), ('b'), ('u')) as occasions (kind)
    where
        people.email_granted is not null
        and case occasions.kind
            when 'w' then true
            when 'n' then people.starts_with_pen
            when 'b' then people.archetype = 'lapsed'
            else world_chance(people.person, 'unsubscribes') < 0.6
        end

),

emails as (

    select * from letters
    union all
    select * from occasions

),

catalogues as (

    select
        people.person,
        'c' as kind,
        years.nth,
        365.0 * years.nth - 30.0 as sent,
        'direct_mail' as channel,
        people.opens,
        null::double as unsubscribed
    from shop_world.people as people
    cross join range(
        1, floor(world_horizon() / 365.0)::bigint + 2
    ) as years (nth)
    where
        world_permits(
            365.0 * years.nth - 30.0,
            people.mail_granted,
            people.mail_withdrawn,
            null::double
        )

),

reminders as (

    select
        visits.person,
        'r' as kind,
        visits.nth,
        visits.visited + 0.15 as sent,
        visits.reminded_by as channel,
        visits.opens,
        null::double as unsubscribed
    from shop_world.visits as visits
    where visits.reminded_by is not null

),

everything as (

    select
        emails.person,
        emails.kind,
        emails.nth,
        emails.sent,
        'email' as channel,
        emails.opens,
        emails.email_withdrawn as unsubscribed
    from emails
    where
        world_permits(
            emails.sent,
            emails.email_granted,
            emails.email_withdrawn,
            emails.email_regranted
        )
    union all
    select * from catalogues
    union all
    select * from reminders

),

sendings as (

    select
        everything.*,
        world_instant(everything.sent) as sent_at,
        everything.person || everything.kind || everything.nth as message_key,
        world_chance(everything.person, 'bounces') < 0.015
        and everything.channel in ('email', 'sms') as bounces,
        world_draw(
            everything.person, everything.nth, everything.kind || ' opens'
        ) as opens_draw,
        -- Half of the opens come within hours, the last after a week.
        0.005 + least(
            world_wait(
                world_draw(
                    everything.person,
                    everything.nth,
                    everything.kind || ' opens at'
                ),
                case
                    when
                        world_draw(
                            everything.person, everything.nth, 'reads soon'
                        ) < 0.5
                        then 0.08
                    else 1.5
                end
            ),
            7.0
        ) as opens_after
    from everything
    where world_instant(everything.sent) < world_now()

),

outcomes as (

    select
        sendings.*,
        steps.message_event,
        case steps.message_event
            when 'sent' then sendings.sent
            when 'delivered'
                then
                    sendings.sent
                    + case sendings.channel
                        when 'direct_mail' then 4.0
                        else 0.0005
                    end
            when 'bounced' then sendings.sent + 0.0007
            when 'opened'
                then
                    sendings.sent
                    + case sendings.kind
                        when 'u' then 0.04
                        else sendings.opens_after
                    end
            when 'clicked' then sendings.sent + sendings.opens_after + 0.001
            when 'complained' then sendings.sent + sendings.opens_after + 0.002
            else sendings.unsubscribed
        end as occurred
    from sendings
    cross join (
        values
        ('sent'),
        ('delivered'),
        ('bounced'),
        ('opened'),
        ('clicked'),
        ('complained'),
        ('unsubscribed')
    ) as steps (message_event)
    where
        steps.message_event = 'sent'
        or (steps.message_event = 'delivered' and not sendings.bounces)
        or (steps.message_event = 'bounced' and sendings.bounces)
        or (
            steps.message_event = 'opened'
            and not sendings.bounces
            and sendings.channel in ('email', 'push')
            and (sendings.opens_draw < sendings.opens or sendings.kind = 'u')
        )
        or (
            steps.message_event = 'clicked'
            and not sendings.bounces
            and sendings.kind <> 'u'
            and sendings.channel in ('email', 'push')
            and sendings.opens_draw < sendings.opens * 0.45
        )
        or (
            steps.message_event = 'complained'
            and not sendings.bounces
            and sendings.kind = 'l'
            and sendings.opens_draw < sendings.opens
            and sendings.opens_draw > sendings.opens * 0.997
        )
        or (
            steps.message_event = 'unsubscribed'
            and not sendings.bounces
            and sendings.kind = 'u'
        )

),

dated as (

    select
        outcomes.*,
        world_instant(outcomes.occurred) as occurred_at
    from outcomes

)

select
    'm' || dated.message_key || '-' || dated.message_event as message_event_id,
    'm' || dated.message_key as message_id,
    world_customer(dated.person) as customer_id,
    dated.occurred_at,
    dated.channel,
    dated.message_event,
    case dated.kind
        when 'w' then 'welcome'
        when 'n' then 'nib_lesson'
        when 'b' then 'win_back'
        when 'r' then 'cart_reminder'
        when 'c' then 'catalogue_' || dated.nth
        else 'letter_' || strftime(dated.sent_at, '%Y_%m')
    end as campaign_id,
    case dated.kind
        when 'w' then 'Welcome, left-hander'
        when 'n' then 'How to hold your new nib'
        when 'b' then 'We saved you a notebook'
        when 'r' then 'Your cart is waiting'
        when 'c' then 'Winter catalogue'
        else 'Letter of ' || strftime(dated.sent_at, '%B %Y')
    end as campaign_name,
    case
        when dated.message_event = 'clicked'
            then
                'https://southpaw-and-quill.example/'
                || case dated.kind
                    when 'n' then 'guides/nib'
                    when 'r' then 'cart'
                    else 'new'
                end
    end as link_url
from dated
where dated.occurred_at < world_now();
