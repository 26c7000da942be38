-- In the seed stage_models a stage of a track has one rank and one phase, a rank
-- belongs to one stage, evidence lasts at least a day, counting begins at 1, no
-- stage is called lapsed, and a track has no more stages than a number has bits.
with

stage_models as (

    select * from {{ ref('stage_models') }}

),

impossible_rows as (

    select
        track,
        stage,
        'lasts less than a day, counts from less than 1, or is lapsed' as problem

    from stage_models

    where
        lasting_days < 1
        or from_nth < 1
        or stage = 'lapsed'

),

ambiguous_stages as (

    select
        track,
        stage,
        'has several ranks or phases' as problem

    from stage_models

    group by
        track,
        stage

    having
        count(distinct stage_rank) > 1
        or count(distinct phase) <> 1

),

shared_ranks as (

    select
        track,
        min(stage) as stage,
        'shares its rank with another stage' as problem

    from stage_models

    group by
        track,
        stage_rank

    having count(distinct stage) > 1

),

long_tracks as (

    select
        track,
        min(stage) as stage,
        'is one of more than 60 stages' as problem

    from stage_models

    group by track

    having count(distinct stage) > 60

)

select * from impossible_rows

union all

select * from ambiguous_stages

union all

select * from shared_ranks

union all

select * from long_tracks
