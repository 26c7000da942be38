{%- set double = cdp_activate.type_double() -%}

with

transitions as (

    select * from {{ ref('stage_transitions') }}

),

pairs as (

    select
        track,
        from_stage,
        to_stage,
        movement,
        from_rank,
        to_rank,
        count(*) as transition_count,
        count(case when occurrence_number = 1 then 1 end) as customer_count,
        {{ cdp_activate.percentile('days_in_from_stage', 0.5) }} as median_days

    from transitions

    group by
        track,
        from_stage,
        to_stage,
        movement,
        from_rank,
        to_rank

),

final as (

    select
        ---------- text
        track,
        from_stage,
        to_stage,
        movement,

        ---------- numerics
        from_rank,
        to_rank,
        transition_count,
        customer_count,
        cast(transition_count as {{ double }}) / sum(transition_count) over (
            partition by track, from_stage
        ) as share,
        median_days

    from pairs

)

select * from final
