with

touches as (

    select * from {{ ref('attribution_touches') }}

),

moves as (

    select
        from_channel,
        to_channel,
        sum(transition_count) as transition_count

    from {{ ref('attribution_moves') }}

    where transition_count > 0

    group by
        from_channel,
        to_channel

),

channel_sizes as (

    select
        channel,
        row_number() over (order by count(*) desc, channel asc) as place,
        count(*) over () as channel_count

    from touches

    group by channel

),

-- The matrix has at most so many channels; where there are more, the rarest share the
-- last place.
channels as (

    select
        channel,
        case
            when
                place < {{ var('cdp_attribution_most_channels') }}
                or channel_count <= {{ var('cdp_attribution_most_channels') }}
                then channel
            else '(other)'
        end as channel_group

    from channel_sizes

),

sums as (

    select
        coalesce(departures.channel_group, moves.from_channel) as from_channel,
        coalesce(arrivals.channel_group, moves.to_channel) as to_channel,
        sum(moves.transition_count) as transition_count

    from moves

    left join channels as departures
        on moves.from_channel = departures.channel

    left join channels as arrivals
        on moves.to_channel = arrivals.channel

    group by
        coalesce(departures.channel_group, moves.from_channel),
        coalesce(arrivals.channel_group, moves.to_channel)

),

final as (

    select
        ---------- text
        from_channel,
        to_channel,

        ---------- numerics
        transition_count,
        transition_count / sum(transition_count) over (
            partition by from_channel
        ) as probability

    from sums

)

select * from final
