with

source_rows as (

    select * from {{ source('ga4', 'events') }}

),

flattened as (

    select
        {{ ga4_instant('event_timestamp') }} as occurred_at,
        event_name,
        user_pseudo_id,
        case
            when trim(user_id) not in ('', 'null', 'undefined', '(not set)')
                then trim(user_id)
        end as user_id,
        {{ ga4_param('ga_session_id', 'int_value') }} as ga_session_id,
        {{ ga4_param('page_location') }} as page_url,
        {{ ga4_param('page_referrer') }} as referrer_url,
        {{ ga4_param('source') }} as source,
        {{ ga4_param('medium') }} as medium,
        {{ ga4_param('campaign') }} as campaign_name,
        coalesce(
            {{ cdp_activate.cast_as(
                ga4_param('value', 'double_value'), 'numeric(18, 2)'
            ) }},
            {{ cdp_activate.cast_as(
                ga4_param('value', 'float_value'), 'numeric(18, 2)'
            ) }},
            {{ cdp_activate.cast_as(
                ga4_param('value', 'int_value'), 'numeric(18, 2)'
            ) }}
        ) as value,
        {{ ga4_param('currency') }} as currency,
        {{ ga4_param('coupon') }} as coupon,
        {{ ga4_field('device', 'category') }} as device_type,
        {{ ga4_field('geo', 'country') }} as country_name,
        platform,
        coalesce(
            {{ ga4_field('ecommerce', 'transaction_id') }},
            {{ ga4_param('transaction_id') }}
        ) as transaction_id,
        {{ ga4_field('ecommerce', 'purchase_revenue', 'numeric') }}
            as purchase_revenue,
        {{ ga4_field('ecommerce', 'refund_value', 'numeric') }} as refund_value,
        {{ ga4_first_item('item_id') }} as product_id,
        {{ ga4_first_item('item_category') }} as category,
        items,
        event_bundle_sequence_id,
        batch_event_index

    from source_rows

),

identified as (

    select
        *,
        -- The export has no id. What is sent in one bundle has one time, and there
        -- its place in the bundle tells events apart.
        {{ dbt.hash(dbt.concat([
            "coalesce(user_pseudo_id, '~')", "'|'",
            'cast(occurred_at as ' ~ dbt.type_string() ~ ')', "'|'",
            'event_name', "'|'",
            'coalesce(cast(event_bundle_sequence_id as ' ~ dbt.type_string()
            ~ "), '~')", "'|'",
            'coalesce(cast(batch_event_index as ' ~ dbt.type_string() ~ "), '~')",
            "'|'", "coalesce(transaction_id, '~')", "'|'",
            "coalesce(page_url, '~')",
        ])) }} as event_id

    from flattened

),

-- A day's table that is loaded twice has each event twice.
numbered as (

    select
        *,
        row_number() over (
            partition by event_id
            order by occurred_at
        ) as copy_number

    from identified

),

-- A browser in which one user and no other ever signed in is that user's.
browsers as (

    select
        user_pseudo_id,
        -- BigQuery would take its own name for this one in `having`.
        max(user_id) as only_user_id

    from identified

    where
        user_id is not null
        and user_pseudo_id is not null

    group by user_pseudo_id

    having count(distinct user_id) = 1

),

final as (

    select
        numbered.*,
        coalesce(numbered.user_id, browsers.only_user_id) as known_user_id

    from numbered

    left join browsers
        on numbered.user_pseudo_id = browsers.user_pseudo_id

    where numbered.copy_number = 1

)

select * from final
