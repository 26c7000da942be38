{%- set double = cdp_activate.type_double() -%}

with

steps as (

    select * from {{ ref('stage_steps') }}

),

transitions as (

    select * from {{ ref('stage_transitions') }}

),

-- All of them, so that a stage in which nobody ever was is seen to be empty.
stages as (

    select
        track,
        stage,
        phase,
        stage_rank as rank

    from {{ ref('stage_models') }}

    where
        track in ({{
            "'" ~ cdp_activate.stage_tracks() | join("', '") ~ "'"
        }})

    group by
        track,
        stage,
        phase,
        stage_rank

),

counts as (

    select
        track,
        rank,
        count(*) as reached_count,
        count(next_reached_at) as moved_on_count,
        count(case when is_current then 1 end) as current_count,
        {{ cdp_activate.percentile(
            'cast('
            ~ cdp_activate.time_between('reached_at', 'next_reached_at', 'second')
            ~ ' as ' ~ double ~ ') / 86400',
            0.5,
        ) }} as median_days_to_next

    from steps

    group by
        track,
        rank

),

lapses as (

    select
        track,
        from_stage,
        last_touchpoint,
        count(*) as lapse_count

    from transitions

    where movement = 'lapse'

    group by
        track,
        from_stage,
        last_touchpoint

),

ranked_lapses as (

    select
        track,
        from_stage,
        last_touchpoint,
        lapse_count,
        sum(lapse_count) over (partition by track, from_stage)
            as stage_lapse_count,
        row_number() over (
            partition by track, from_stage
            order by lapse_count desc, last_touchpoint asc
        ) as place

    from lapses

),

commonest_lapses as (

    select * from ranked_lapses

    where place = 1

),

departures as (

    select
        track,
        from_stage,
        count(*) as departure_count

    from transitions

    where movement <> 'start'

    group by
        track,
        from_stage

),

final as (

    select
        ---------- text
        stages.track,
        stages.stage,
        stages.phase,
        commonest_lapses.last_touchpoint as last_touchpoint_before_lapsing,

        ---------- numerics
        stages.rank,
        coalesce(counts.reached_count, 0) as reached_count,
        coalesce(counts.moved_on_count, 0) as moved_on_count,
        coalesce(counts.current_count, 0) as current_count,
        coalesce(counts.reached_count - counts.moved_on_count, 0)
            as not_moved_on_count,
        cast(counts.moved_on_count as {{ double }})
        / counts.reached_count as conversion_rate,
        1.0 - cast(counts.moved_on_count as {{ double }})
        / counts.reached_count as drop_off_rate,
        cast(coalesce(counts.reached_count, 0) as {{ double }})
        / max(counts.reached_count) over (partition by stages.track)
            as reached_share,
        counts.median_days_to_next,
        cast(
            coalesce(commonest_lapses.stage_lapse_count, 0)
            as {{ dbt.type_bigint() }}
        ) as lapse_count,
        cast(coalesce(commonest_lapses.stage_lapse_count, 0) as {{ double }})
        / departures.departure_count as lapse_rate,
        cast(commonest_lapses.lapse_count as {{ double }})
        / commonest_lapses.stage_lapse_count as last_touchpoint_share

    from stages

    left join counts
        on
            stages.track = counts.track
            and stages.rank = counts.rank

    left join commonest_lapses
        on
            stages.track = commonest_lapses.track
            and stages.stage = commonest_lapses.from_stage

    left join departures
        on
            stages.track = departures.track
            and stages.stage = departures.from_stage

)

select * from final
