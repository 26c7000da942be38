-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key=['customer_id', 'milestone'],
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_other_version(cdp_activate.rules_version()) }}",
        "{{ cdp_activate.delete_due('customer_id', ref('visitor_touchpoints')) }}",
    ],
) }}
{%- set goes_on = cdp_activate.log_goes_on(
    'rules_version', cdp_activate.rules_version()
) %}

with

{% if goes_on -%}
due as (

    {{ cdp_activate.due(ref('visitor_touchpoints')) }}

),

{% endif -%}
rules as (

    select
        touchpoint,
        stage,
        stage_rank,
        from_nth,
        min_value,
        row_number() over (
            order by stage, touchpoint, from_nth, min_value
        ) as rule_number

    from {{ ref('stage_models') }}

    where track = 'onboarding'

),

touchpoints as (

    select touchpoints.*

    from {{ ref('touchpoints') }} as touchpoints
    {%- if goes_on %}

    inner join due
        on touchpoints.customer_id = due.visitor_id
    {%- endif %}

    where touchpoints.customer_id is not null

),

known_customers as (

    select * from {{ ref('known_customers') }}

),

matches as (

    select
        touchpoints.customer_id,
        touchpoints.touchpoint_id,
        touchpoints.occurred_at,
        rules.rule_number,
        rules.from_nth,
        rules.stage,
        rules.stage_rank

    from touchpoints

    inner join rules
        on touchpoints.touchpoint = rules.touchpoint

    where
        rules.min_value is null
        or touchpoints.value >= rules.min_value

),

-- Only rules that wait for a later occurrence pay for being counted.
numbered_matches as (

    select
        customer_id,
        occurred_at,
        from_nth,
        stage,
        stage_rank,
        row_number() over (
            partition by customer_id, rule_number
            order by occurred_at, touchpoint_id
        ) as occurrence_number

    from matches

    where from_nth > 1

),

evidence as (

    select
        customer_id,
        occurred_at,
        stage,
        stage_rank

    from matches

    where from_nth = 1

    union all

    select
        customer_id,
        occurred_at,
        stage,
        stage_rank

    from numbered_matches

    where occurrence_number = from_nth

),

reached as (

    select
        customer_id,
        stage,
        stage_rank,
        min(occurred_at) as reached_at

    from evidence

    group by
        customer_id,
        stage,
        stage_rank

),

{% if goes_on -%}
-- Who is known since another day than was thought, whatever else they did.
known_anew as (

    select
        held.customer_id,
        held.milestone as stage,
        held.milestone_rank as stage_rank,
        held.reached_at

    from {{ this }} as held

    inner join known_customers
        on held.customer_id = known_customers.customer_id

    left join due
        on held.customer_id = due.visitor_id

    where
        held.known_since <> known_customers.created_at
        and due.visitor_id is null

),

{% endif -%}
milestones as (

    select * from reached
    {%- if goes_on %}

    union all

    select * from known_anew
    {%- endif %}

),

final as (

    select
        ---------- ids
        milestones.customer_id,

        ---------- text
        milestones.stage as milestone,
        {{ cdp_activate.rules_version() }} as rules_version,

        ---------- numerics
        milestones.stage_rank as milestone_rank,
        cast(
            {{ cdp_activate.time_between(
                'known_customers.created_at', 'milestones.reached_at', 'day'
            ) }}
            as {{ dbt.type_bigint() }}
        ) as days_to_reach,

        ---------- timestamps
        known_customers.created_at as known_since,
        milestones.reached_at,
        {{ cdp_activate.mark_of(ref('visitor_touchpoints')) }} as written_at

    from milestones

    inner join known_customers
        on milestones.customer_id = known_customers.customer_id

)

select * from final
