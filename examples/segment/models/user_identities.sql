with

calls as (

    select * from {{ ref('calls') }}

),

{% if var('segment_has_aliases') -%}
aliases as (

    select
        trim(user_id) as user_id,
        trim(previous_id) as previous_id,
        coalesce({{ adapter.quote('timestamp') }}, received_at) as occurred_at

    from {{ source('segment', 'aliases') }}

    where
        trim(user_id) not in ('', 'null', 'undefined')
        and trim(previous_id) not in ('', 'null', 'undefined')
        and trim(user_id) <> trim(previous_id)

),

{% endif -%}
held as (

    select
        user_id as customer_id,
        'anonymous_id' as identifier_type,
        anonymous_id as identifier,
        occurred_at

    from calls

    where
        user_id is not null
        and anonymous_id is not null
    {%- if var('segment_has_aliases') %}

    union all

    -- What somebody was called before is the id of a browser or of a user.
    select
        user_id as customer_id,
        'anonymous_id' as identifier_type,
        previous_id as identifier,
        occurred_at

    from aliases

    union all

    select
        user_id as customer_id,
        'external_id' as identifier_type,
        previous_id as identifier,
        occurred_at

    from aliases

    union all

    select
        aliases.previous_id as customer_id,
        'external_id' as identifier_type,
        aliases.previous_id as identifier,
        aliases.occurred_at

    from aliases

    inner join calls
        on aliases.previous_id = calls.user_id
    {%- endif %}

),

final as (

    select
        {{ dbt.concat([
            'customer_id', "'|'", 'identifier_type', "'|'", 'identifier',
        ]) }} as identity_id,
        customer_id,
        identifier_type,
        identifier,
        min(occurred_at) as first_seen_at

    from held

    group by
        customer_id,
        identifier_type,
        identifier

)

select * from final
