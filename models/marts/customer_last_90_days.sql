-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='customer_id',
    on_schema_change='append_new_columns',
    pre_hook=[
        "{{ cdp_activate.delete_touchpoints_named_before() }}",
        "{{ cdp_activate.delete_changed_sums(
            ref('known_customers'), ref('customer_recent_touchpoints')
        ) }}",
    ],
) }}

with

{% if is_incremental() -%}
held as (

    select customer_id

    from {{ this }}

),

{% endif -%}
known_customers as (

    select known_customers.customer_id

    from {{ ref('known_customers') }} as known_customers
    {%- if is_incremental() %}

    left join held
        on known_customers.customer_id = held.customer_id

    where held.customer_id is null
    {%- endif %}

),

recent_touchpoints as (

    select recent_touchpoints.*

    from {{ ref('customer_recent_touchpoints') }} as recent_touchpoints

    inner join known_customers
        on recent_touchpoints.customer_id = known_customers.customer_id

),

active_days as (

    select
        touchpoints.customer_id,
        count(distinct cast(touchpoints.occurred_at as date)) as active_day_count

    from {{ ref('touchpoints') }} as touchpoints

    inner join known_customers
        on touchpoints.customer_id = known_customers.customer_id

    where
        touchpoints.direction = 'inbound'
        and touchpoints.occurred_at
        >= {{ cdp_activate.period_start('day', -90, 'UTC') }}

    group by touchpoints.customer_id

),

sums as (

    select
        customer_id,
        cast(sum(touchpoint_count) as {{ dbt.type_bigint() }}) as touchpoint_count,
        {{ cdp_activate.count_of("direction = 'inbound'") }} as inbound_count,
        {{ cdp_activate.count_of("direction = 'outbound'") }} as outbound_count,
        cast(sum(positive_count) as {{ dbt.type_bigint() }}) as positive_count,
        cast(sum(negative_count) as {{ dbt.type_bigint() }}) as negative_count,
        {{ cdp_activate.count_of("touchpoint = 'order_placed'") }}
            as order_count,
        {{ cdp_activate.count_of("touchpoint = 'order_cancelled'") }}
            as cancelled_order_count,
        {{ cdp_activate.count_of("touchpoint = 'order_refunded'") }}
            as refund_count,
        {{ cdp_activate.count_of("touchpoint = 'page_viewed'") }}
            as page_view_count,
        {{ cdp_activate.count_of("touchpoint = 'product_viewed'") }}
            as product_view_count,
        {{ cdp_activate.count_of("touchpoint = 'product_searched'") }}
            as search_count,
        {{ cdp_activate.count_of("touchpoint = 'wishlist_added'") }}
            as wishlist_count,
        {{ cdp_activate.count_of("touchpoint = 'cart_updated'") }}
            as cart_count,
        {{ cdp_activate.count_of("touchpoint = 'checkout_started'") }}
            as checkout_count,
        {{ cdp_activate.count_of("touchpoint = 'checkout_error'") }}
            as checkout_error_count,
        {{ cdp_activate.count_of("touchpoint = 'payment_error'") }}
            as payment_error_count,
        {{ cdp_activate.count_of("touchpoint = 'message_sent'") }}
            as message_sent_count,
        {{ cdp_activate.count_of("touchpoint = 'message_opened'") }}
            as message_opened_count,
        {{ cdp_activate.count_of("touchpoint = 'message_clicked'") }}
            as message_clicked_count,
        {{ cdp_activate.count_of("touchpoint = 'message_bounced'") }}
            as message_bounced_count,
        {{ cdp_activate.count_of("touchpoint = 'message_complained'") }}
            as message_complaint_count,
        {{ cdp_activate.count_of("touchpoint = 'message_unsubscribed'") }}
            as unsubscribe_count,
        {{ cdp_activate.count_of("touchpoint = 'ticket_opened'") }}
            as ticket_count,
        {{ cdp_activate.count_of("touchpoint = 'ticket_reopened'") }}
            as reopened_ticket_count,
        {{ cdp_activate.count_of("touchpoint = 'review_left'") }}
            as review_count,
        {{ cdp_activate.count_of("touchpoint = 'nps_answered'") }}
            as nps_answer_count,
        {{ cdp_activate.count_of("touchpoint = 'csat_answered'") }}
            as csat_answer_count,
        {{ cdp_activate.count_of("touchpoint = 'referral_made'") }}
            as referral_count,
        {{ cdp_activate.value_of("touchpoint = 'order_placed'") }}
            as order_value,
        {{ cdp_activate.value_of("touchpoint = 'order_refunded'") }}
            as refund_value,
        {{ cdp_activate.value_of("touchpoint = 'cart_updated'") }}
            as cart_value,
        {{ cdp_activate.count_of("channel = 'web' and direction = 'inbound'") }}
            as inbound_web_count,
        {{ cdp_activate.count_of("channel = 'app' and direction = 'inbound'") }}
            as inbound_app_count,
        {{ cdp_activate.count_of("channel = 'online' and direction = 'inbound'") }}
            as inbound_online_count,
        {{ cdp_activate.count_of("channel = 'shop' and direction = 'inbound'") }}
            as inbound_shop_count,
        {{ cdp_activate.count_of("channel = 'email' and direction = 'inbound'") }}
            as inbound_email_count,
        {{ cdp_activate.count_of("channel = 'sms' and direction = 'inbound'") }}
            as inbound_sms_count,
        {{ cdp_activate.count_of("channel = 'push' and direction = 'inbound'") }}
            as inbound_push_count,
        {{ cdp_activate.count_of("channel = 'phone' and direction = 'inbound'") }}
            as inbound_phone_count,
        {{ cdp_activate.count_of("channel = 'chat' and direction = 'inbound'") }}
            as inbound_chat_count,
        {{ cdp_activate.count_of("channel = 'social' and direction = 'inbound'") }}
            as inbound_social_count,
        min(first_occurred_at) as first_touchpoint_at,
        max(last_occurred_at) as last_touchpoint_at,
        max(written_at) as written_at,
        max(case when direction = 'inbound' then last_occurred_at end)
            as last_inbound_at

    from recent_touchpoints

    group by customer_id

),

final as (

    select
        ---------- ids
        known_customers.customer_id,

        ---------- text
        {{ cdp_activate.seed_version('touchpoint_vocabulary') }} as vocabulary_version,

        ---------- numerics
        coalesce(sums.touchpoint_count, 0) as touchpoint_count,
        coalesce(sums.inbound_count, 0) as inbound_count,
        coalesce(sums.outbound_count, 0) as outbound_count,
        coalesce(sums.positive_count, 0) as positive_count,
        coalesce(sums.negative_count, 0) as negative_count,
        coalesce(sums.order_count, 0) as order_count,
        coalesce(sums.cancelled_order_count, 0) as cancelled_order_count,
        coalesce(sums.refund_count, 0) as refund_count,
        coalesce(sums.page_view_count, 0) as page_view_count,
        coalesce(sums.product_view_count, 0) as product_view_count,
        coalesce(sums.search_count, 0) as search_count,
        coalesce(sums.wishlist_count, 0) as wishlist_count,
        coalesce(sums.cart_count, 0) as cart_count,
        coalesce(sums.checkout_count, 0) as checkout_count,
        coalesce(sums.checkout_error_count, 0) as checkout_error_count,
        coalesce(sums.payment_error_count, 0) as payment_error_count,
        coalesce(sums.message_sent_count, 0) as message_sent_count,
        coalesce(sums.message_opened_count, 0) as message_opened_count,
        coalesce(sums.message_clicked_count, 0) as message_clicked_count,
        coalesce(sums.message_bounced_count, 0) as message_bounced_count,
        coalesce(sums.message_complaint_count, 0) as message_complaint_count,
        coalesce(sums.unsubscribe_count, 0) as unsubscribe_count,
        coalesce(sums.ticket_count, 0) as ticket_count,
        coalesce(sums.reopened_ticket_count, 0) as reopened_ticket_count,
        coalesce(sums.review_count, 0) as review_count,
        coalesce(sums.nps_answer_count, 0) as nps_answer_count,
        coalesce(sums.csat_answer_count, 0) as csat_answer_count,
        coalesce(sums.referral_count, 0) as referral_count,
        coalesce(sums.order_value, 0) as order_value,
        coalesce(sums.refund_value, 0) as refund_value,
        coalesce(sums.cart_value, 0) as cart_value,
        coalesce(sums.inbound_web_count, 0) as inbound_web_count,
        coalesce(sums.inbound_app_count, 0) as inbound_app_count,
        coalesce(sums.inbound_online_count, 0) as inbound_online_count,
        coalesce(sums.inbound_shop_count, 0) as inbound_shop_count,
        coalesce(sums.inbound_email_count, 0) as inbound_email_count,
        coalesce(sums.inbound_sms_count, 0) as inbound_sms_count,
        coalesce(sums.inbound_push_count, 0) as inbound_push_count,
        coalesce(sums.inbound_phone_count, 0) as inbound_phone_count,
        coalesce(sums.inbound_chat_count, 0) as inbound_chat_count,
        coalesce(sums.inbound_social_count, 0) as inbound_social_count,
        coalesce(active_days.active_day_count, 0) as active_day_count,

        ---------- timestamps
        sums.first_touchpoint_at,
        sums.last_touchpoint_at,
        sums.last_inbound_at,
        sums.written_at

    from known_customers

    left join sums
        on known_customers.customer_id = sums.customer_id

    left join active_days
        on known_customers.customer_id = active_days.customer_id

)

select * from final
