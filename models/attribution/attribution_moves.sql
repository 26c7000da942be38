-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['visitor_id', 'from_channel', 'to_channel'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.paths_version()) }}",
        "{{ cdp_activate.delete_changed(
            'visitor_id', ref('attribution_paths'), 'sum(touch_count)',
            held_count='sum(touch_count)'
        ) }}",
    ],
) }}
{%- set double = cdp_activate.type_double() %}

with

{% if is_incremental() -%}
held as (

    select distinct visitor_id

    from {{ this }}

),

{% endif -%}
paths as (

    select paths.*

    from {{ ref('attribution_paths') }} as paths
    {%- if is_incremental() %}

    left join held
        on paths.visitor_id = held.visitor_id

    where held.visitor_id is null
    {%- endif %}

),

steps as (

    select
        paths.visitor_id,
        touches.channel,
        touches.step,
        lead(touches.channel) over (
            partition by touches.path_id
            order by touches.step
        ) as next_channel,
        paths.conversions,
        paths.non_conversions,
        paths.written_at

    from {{ ref('attribution_touches') }} as touches

    inner join paths
        on touches.path_id = paths.path_id

),

-- Every step is counted once, by what came next: the sum of touch_count says of how
-- many touches a visitor's rows were made.
moves as (

    select
        visitor_id,
        '(start)' as from_channel,
        channel as to_channel,
        conversions + non_conversions as transition_count,
        0 as touch_count,
        written_at

    from steps

    where step = 1

    union all

    select
        visitor_id,
        channel as from_channel,
        coalesce(next_channel, '(conversion)') as to_channel,
        case
            when next_channel is null then conversions
            else conversions + non_conversions
        end as transition_count,
        1 as touch_count,
        written_at

    from steps

    union all

    select
        visitor_id,
        channel as from_channel,
        '(null)' as to_channel,
        non_conversions as transition_count,
        0 as touch_count,
        written_at

    from steps

    where next_channel is null

),

final as (

    select
        ---------- ids
        visitor_id,

        ---------- text
        from_channel,
        to_channel,
        {{ cdp_activate.paths_version() }} as rules_version,

        ---------- numerics
        cast(sum(transition_count) as {{ double }}) as transition_count,
        cast(sum(touch_count) as {{ dbt.type_bigint() }}) as touch_count,

        ---------- timestamps
        max(written_at) as written_at

    from moves

    group by
        visitor_id,
        from_channel,
        to_channel

)

select * from final
