-- noqa: disable=layout.indent,layout.spacing
{% set tracks = cdp_activate.stage_tracks() %}

-- In the seed stage_models a stage of a track has one rank and one phase, a rank
-- belongs to one stage, evidence lasts at least a day, counting begins at 1, no
-- stage is called lapsed, the variable cdp_stage_tracks names the stages of the tracks
-- that are built, and a track has no more stages than a number has bits.
{%- set found -%}
with

stage_models as (

    select * from {{ ref('stage_models') }}

),

impossible_rows as (

    select
        track,
        stage,
        'lasts less than a day, counts from less than 1, is lapsed, or has '
        || 'one of closed_by and closing_scope without the other' as problem

    from stage_models

    where
        lasting_days < 1
        or from_nth < 1
        or stage = 'lapsed'
        or (closed_by is null) <> (closing_scope is null)

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

    having count(distinct stage_models.stage) > 1

),

long_tracks as (

    select
        track,
        min(stage) as stage,
        'is one of more than 60 stages' as problem

    from stage_models

    group by track

    having count(distinct stage_models.stage) > 60

),

-- What the variable cdp_stage_tracks says of the tracks that are built.
declared_stages as (

    {%- for track, stages in tracks.items() %}
    {%- for stage in stages %}
    select
        cast('{{ track }}' as {{ dbt.type_string() }}) as track,
        cast('{{ stage }}' as {{ dbt.type_string() }}) as stage
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

undeclared_stages as (

    select distinct
        stage_models.track,
        stage_models.stage,
        'is missing from the variable cdp_stage_tracks' as problem

    from stage_models

    left join declared_stages
        on
            stage_models.track = declared_stages.track
            and stage_models.stage = declared_stages.stage

    where
        declared_stages.stage is null
        and stage_models.track in (
            {%- for track in tracks %}
            '{{ track }}'{% if not loop.last %},{% endif %}
            {%- endfor %}
        )

),

unknown_stages as (

    select
        declared_stages.track,
        declared_stages.stage,
        'is in the variable cdp_stage_tracks only' as problem

    from declared_stages

    left join stage_models
        on
            declared_stages.track = stage_models.track
            and declared_stages.stage = stage_models.stage

    where stage_models.stage is null

)

select * from impossible_rows

union all

select * from ambiguous_stages

union all

select * from shared_ranks

union all

select * from long_tracks

union all

select * from undeclared_stages

union all

select * from unknown_stages
{%- endset -%}
{{- cdp_activate.say_what_is_wrong(
    found, "stage_models: on the track {}, the stage {} {}."
) }}

{{ found }}
