with

touches as (

    select * from {{ ref('attribution_touches') }}

),

paths as (

    select * from {{ ref('attribution_paths') }}

    where conversions + non_conversions > 0

),

channel_sizes as (

    select
        channel,
        row_number() over (order by count(*) desc, channel asc) as place

    from touches

    group by channel

),

-- The matrix has at most so many channels; the rarest share the last place.
channels as (

    select
        channel,
        case
            when place < {{ var('cdp_attribution_most_channels') }} then channel
            else '(other)'
        end as channel_group

    from channel_sizes

),

steps as (

    select
        touches.path_id,
        touches.step,
        channels.channel_group as channel,
        lead(channels.channel_group) over (
            partition by touches.path_id
            order by touches.step
        ) as next_channel,
        paths.conversions,
        paths.non_conversions

    from touches

    inner join paths
        on touches.path_id = paths.path_id

    inner join channels
        on touches.channel = channels.channel

),

moves as (

    select
        '(start)' as from_channel,
        channel as to_channel,
        conversions + non_conversions as weight

    from steps

    where step = 1

    union all

    select
        channel as from_channel,
        next_channel as to_channel,
        conversions + non_conversions as weight

    from steps

    where next_channel is not null

    union all

    select
        channel as from_channel,
        '(conversion)' as to_channel,
        conversions as weight

    from steps

    where
        next_channel is null
        and conversions > 0

    union all

    select
        channel as from_channel,
        '(null)' as to_channel,
        non_conversions as weight

    from steps

    where
        next_channel is null
        and non_conversions > 0

),

sums as (

    select
        from_channel,
        to_channel,
        sum(weight) as transition_count

    from moves

    group by
        from_channel,
        to_channel

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
