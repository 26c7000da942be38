{#
    One row for each audience that this run builds: how many are in it, and how
    many entered and exited at this instant. The body of the model
    `audience_runs`; takes what `audience_members` takes, and the history.
#}
{% macro audience_runs(audiences, members) %}

    {%- set text = dbt.type_string() -%}
    {%- set whole = dbt.type_bigint() -%}
    {%- set now = cdp_activate.as_of() -%}
    {%- set seen = cdp_activate.audiences_of_this_run(audiences) -%}

with

sizes as (

{% for audience in seen %}
    select
        cast('{{ audience.audience }}' as {{ text }}) as audience,
        cast(count(*) as {{ whole }}) as member_count,
        cast(count(case when variant = 'holdout' then 1 end) as {{ whole }})
            as holdout_count

    from {{ audience.model }}
{%- if not loop.last %}

    union all
{% endif %}
{%- else %}
    select
        cast(null as {{ text }}) as audience,
        cast(null as {{ whole }}) as member_count,
        cast(null as {{ whole }}) as holdout_count

    from (select 1 as nothing) as no_table

    where 1 = 0
{%- endfor %}

),

changes as (

    select
        audience,
        count(case when entered_at = {{ now }} then 1 end) as entered_count,
        count(case when exited_at = {{ now }} then 1 end) as exited_count

    from {{ members }}

    where
        entered_at = {{ now }}
        or exited_at = {{ now }}

    group by audience

),

final as (

    select
        sizes.audience,
        {{ now }} as as_of,
        sizes.member_count,
        sizes.holdout_count,
        cast(coalesce(changes.entered_count, 0) as {{ whole }}) as entered_count,
        cast(coalesce(changes.exited_count, 0) as {{ whole }}) as exited_count

    from sizes

    left join changes
        on sizes.audience = changes.audience

)

select * from final

{% endmacro %}
