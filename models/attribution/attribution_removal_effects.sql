{%- set double = cdp_activate.type_double() -%}
{%- set most_channels = var('cdp_attribution_most_channels') | int(3) -%}

with

transitions as (

    select * from {{ ref('attribution_transitions') }}

),

channels as (

    select
        from_channel as channel,
        row_number() over (order by from_channel) as channel_number

    from transitions

    where from_channel <> '(start)'

    group by from_channel

),

-- The identity less the probabilities of moving from channel to channel. Its inverse
-- says how often each channel is visited, beginning at each: the fundamental matrix
-- of an absorbing Markov chain.
elimination_0 as (

    select
        rows_of.channel_number as i,
        columns_of.channel_number as j,
        case
            when rows_of.channel_number = columns_of.channel_number then 1.0
            else 0.0
        end - coalesce(transitions.probability, 0.0) as cell

    from channels as rows_of

    cross join channels as columns_of

    left join transitions
        on
            rows_of.channel = transitions.from_channel
            and columns_of.channel = transitions.to_channel

),

-- Gauss and Jordan, in place: one channel a step, each step one reading of the last.
-- Every path ends, so each channel leads out with some probability, and no pivot
-- is zero.
{% for k in range(1, most_channels + 1) -%}
pivots_{{ k }} as (

    select
        i,
        j,
        cell,
        max(case when j = {{ k }} then cell end) over (partition by i) as cell_ik,
        max(case when i = {{ k }} then cell end) over (partition by j) as cell_kj,
        max(case when i = {{ k }} and j = {{ k }} then cell end) over () as pivot_cell

    from elimination_{{ k - 1 }}

),

elimination_{{ k }} as (

    select
        i,
        j,
        case
            when pivot_cell is null then cell
            when i = {{ k }} and j = {{ k }} then 1.0 / pivot_cell
            when i = {{ k }} then cell / pivot_cell
            when j = {{ k }} then -cell / pivot_cell
            else cell - cell_ik * cell_kj / pivot_cell
        end as cell

    from pivots_{{ k }}

),

{% endfor -%}
visits as (

    select
        i,
        j,
        cell as visit_count

    from elimination_{{ most_channels }}

),

starts as (

    select
        channels.channel_number,
        transitions.probability

    from transitions

    inner join channels
        on transitions.to_channel = channels.channel

    where transitions.from_channel = '(start)'

),

conversions as (

    select
        channels.channel_number,
        transitions.probability

    from transitions

    inner join channels
        on transitions.from_channel = channels.channel

    where transitions.to_channel = '(conversion)'

),

-- The probability of converting, having come to a channel.
conversions_from as (

    select
        visits.i as channel_number,
        sum(visits.visit_count * conversions.probability) as probability

    from visits

    inner join conversions
        on visits.j = conversions.channel_number

    group by visits.i

),

-- How often a journey visits a channel.
visits_of as (

    select
        visits.j as channel_number,
        sum(starts.probability * visits.visit_count) as visit_count

    from visits

    inner join starts
        on visits.i = starts.channel_number

    group by visits.j

),

conversion_rates as (

    select sum(starts.probability * conversions_from.probability) as probability

    from starts

    inner join conversions_from
        on starts.channel_number = conversions_from.channel_number

),

-- Without a channel, those who would have come to it at all (the visits to it over
-- the visits of one who is there) do not convert as they would have from there.
effects as (

    select
        channels.channel,
        coalesce(
            visits_of.visit_count / visits.visit_count
            * conversions_from.probability / conversion_rates.probability,
            0.0
        ) as removal_effect

    from channels

    inner join visits
        on
            channels.channel_number = visits.i
            and channels.channel_number = visits.j

    cross join conversion_rates

    left join visits_of
        on channels.channel_number = visits_of.channel_number

    left join conversions_from
        on channels.channel_number = conversions_from.channel_number

),

final as (

    select
        ---------- text
        channel,

        ---------- numerics
        cast(removal_effect as {{ double }}) as removal_effect,
        cast(
            removal_effect / nullif(sum(removal_effect) over (), 0)
            as {{ double }}
        ) as share

    from effects

)

select * from final
