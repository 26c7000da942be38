{#
    The rows by which the history of memberships differs once today's members are
    seen: the body of the model `audience_members`.

    Call:   {{ cdp_activate.audience_members([
                {'audience': 'vips', 'model': ref('audience_vips'),
                 'key': 'customer_id', 'kind': 'text'},
            ]) }}
    Takes:  every audience of the project, with the kind of its key (text,
            integer, uuid)
    Output: audience, entity_key (text), variant, entered_at, exited_at: rows to
            insert or to replace, by audience, entity_key and entered_at. A row
            that ends when it begins stands for one to delete.

    What is seen at an instant holds from then until the next time that somebody
    looked. Usually that is for good: who is seen and was not in has entered, who
    was in and is not seen has exited. But a build may be repeated, or replay a
    day long past: then what is said of the time until the next build is
    replaced, and stays that touch are joined.

    Only audiences that this run builds are looked at. Members of an audience
    that the project no longer has have exited.
#}
{% macro audience_members(audiences) %}

    {%- set seen = cdp_activate.audiences_of_this_run(audiences) -%}
    {%- set text = dbt.type_string() -%}
    {%- set now = cdp_activate.as_of() -%}

with

seen as (

{% for audience in seen %}
    select
        cast('{{ audience.audience }}' as {{ text }}) as audience,
        {{ cdp_activate.key_as_text(audience.key, audience.kind) }} as entity_key,
        cast(variant as {{ text }}) as variant

    from {{ audience.model }}
{%- if not loop.last %}

    union all
{% endif %}
{%- else %}
    select
        cast(null as {{ text }}) as audience,
        cast(null as {{ text }}) as entity_key,
        cast(null as {{ text }}) as variant

    from (select 1 as nothing) as no_table

    where 1 = 0
{%- endfor %}

),

-- Audiences about which this run knows who is in them.
looked_at as (

    select distinct audience

    from {{ cdp_activate.audience_members_before() }} as before

    where
        audience not in (
            {%- for audience in audiences %}
            '{{ audience.audience }}',
            {%- endfor %}
            ''
        )
    {% for audience in seen %}

    union all

    select cast('{{ audience.audience }}' as {{ text }}) as audience
    {%- endfor %}

),

history as (

    select
        before.audience,
        before.entity_key,
        before.variant,
        before.entered_at,
        before.exited_at

    from {{ cdp_activate.audience_members_before() }} as before

    inner join looked_at
        on before.audience = looked_at.audience

    where
        before.exited_at is null
        or before.exited_at >= {{ now }}

),

later_looks as (

    select
        audience,
        as_of

    from {{ cdp_activate.relation_before(
        'audience_runs', {'audience': 'string', 'as_of': 'timestamp'}
    ) }} as runs

    union all

    select
        audience,
        entered_at as as_of

    from history

    union all

    select
        audience,
        exited_at as as_of

    from history

),

next_looks as (

    select
        audience,
        min(as_of) as next_at

    from later_looks

    where as_of > {{ now }}

    group by audience

),

-- Stays that reach into the time from now until the next look, or touch it.
touching as (

    select
        history.audience,
        history.entity_key,
        history.variant,
        history.entered_at,
        history.exited_at,
        next_looks.next_at,
        case
            when history.entered_at < {{ now }} then history.entered_at
        end as began_before,
        case
            when
                next_looks.next_at is not null
                and (
                    history.exited_at is null
                    or history.exited_at > next_looks.next_at
                )
                then 1
            else 0
        end as goes_on

    from history

    left join next_looks
        on history.audience = next_looks.audience

    where
        next_looks.next_at is null
        or history.entered_at <= next_looks.next_at

),

-- What is left of them outside of that time, one row a person.
left_over as (

    select
        audience,
        entity_key,
        min(next_at) as next_at,
        min(began_before) as began_before,
        max(case when began_before is not null then variant end) as variant_before,
        max(goes_on) as goes_on,
        max(case when goes_on = 1 then exited_at end) as exited_at,
        max(case when goes_on = 1 then variant end) as variant_after

    from touching

    group by
        audience,
        entity_key

),

stays as (

    select
        seen.audience,
        seen.entity_key,
        case
            when left_over.goes_on = 1 then left_over.variant_after
            else seen.variant
        end as variant,
        coalesce(left_over.began_before, {{ now }}) as entered_at,
        case
            when left_over.goes_on = 1 then left_over.exited_at
            else next_looks.next_at
        end as exited_at

    from seen

    left join left_over
        on
            seen.audience = left_over.audience
            and seen.entity_key = left_over.entity_key

    left join next_looks
        on seen.audience = next_looks.audience

    union all

    select
        left_over.audience,
        left_over.entity_key,
        left_over.variant_before as variant,
        left_over.began_before as entered_at,
        {{ now }} as exited_at

    from left_over

    left join seen
        on
            left_over.audience = seen.audience
            and left_over.entity_key = seen.entity_key

    where
        seen.entity_key is null
        and left_over.began_before is not null

    union all

    select
        left_over.audience,
        left_over.entity_key,
        left_over.variant_after as variant,
        left_over.next_at as entered_at,
        left_over.exited_at

    from left_over

    left join seen
        on
            left_over.audience = seen.audience
            and left_over.entity_key = seen.entity_key

    where
        seen.entity_key is null
        and left_over.goes_on = 1

),

new_or_changed as (

    select
        stays.audience,
        stays.entity_key,
        stays.variant,
        stays.entered_at,
        stays.exited_at

    from stays

    left join touching
        on
            stays.audience = touching.audience
            and stays.entity_key = touching.entity_key
            and stays.entered_at = touching.entered_at

    where
        touching.entity_key is null
        or coalesce(stays.variant, '') <> coalesce(touching.variant, '')
        or coalesce(stays.exited_at, {{ cdp_activate.end_of_time() }})
        <> coalesce(touching.exited_at, {{ cdp_activate.end_of_time() }})

),

to_delete as (

    select
        touching.audience,
        touching.entity_key,
        touching.variant,
        touching.entered_at,
        touching.entered_at as exited_at

    from touching

    left join stays
        on
            touching.audience = stays.audience
            and touching.entity_key = stays.entity_key
            and touching.entered_at = stays.entered_at

    where stays.entity_key is null

),

final as (

    select * from new_or_changed

    union all

    select * from to_delete

)

select * from final

{% endmacro %}
