with

{% for table in ['tracks', 'pages', 'identifies'] -%}
{{ table }} as (

    select
        '{{ table }}' as call_type,
        id,
        anonymous_id,
        user_id,
        {% if table == 'tracks' %}event{% else %}'{{ table }}'{% endif %} as event_name,
        {% if table == 'pages' -%}
        url,
        referrer,
        {% else -%}
        cast(null as {{ dbt.type_string() }}) as url,
        cast(null as {{ dbt.type_string() }}) as referrer,
        {% endif -%}
        context_campaign_source,
        context_campaign_medium,
        context_campaign_name,
        {{ adapter.quote('timestamp') }} as occurred_at,
        received_at

    from {{ source('segment', table) }}

),

{% endfor -%}
unioned as (

    select * from tracks

    union all

    select * from pages

    union all

    select * from identifies

),

cleaned as (

    select
        call_type,
        id,
        case
            when trim(anonymous_id) not in ('', 'null', 'undefined')
                then trim(anonymous_id)
        end as anonymous_id,
        case
            when trim(user_id) not in ('', 'null', 'undefined')
                then trim(user_id)
        end as user_id,
        event_name,
        url,
        referrer,
        context_campaign_source,
        context_campaign_medium,
        context_campaign_name,
        -- The client's clock, corrected by Segment; where it is missing, the arrival.
        coalesce(occurred_at, received_at) as occurred_at,
        received_at,
        row_number() over (
            partition by
                call_type,
                id
            order by received_at
        ) as copy_number

    from unioned

),

final as (

    select
        call_type,
        id,
        anonymous_id,
        user_id,
        event_name,
        url,
        referrer,
        context_campaign_source,
        context_campaign_medium,
        context_campaign_name,
        occurred_at,
        received_at

    from cleaned

    -- A call that is sent again has the same id; without one it cannot be told.
    where
        copy_number = 1
        or id is null

)

select * from final
