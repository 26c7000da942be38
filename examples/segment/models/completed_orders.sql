with

identities as (

    select
        identifier,
        max(customer_id) as user_id

    from {{ ref('user_identities') }}

    group by identifier

    having count(*) = 1

),

completed as (

    select
        id,
        order_id,
        case
            when trim(user_id) not in ('', 'null', 'undefined') then trim(user_id)
        end as user_id,
        anonymous_id,
        coalesce({{ adapter.quote('timestamp') }}, received_at) as occurred_at,
        currency,
        coupon,
        discount,
        {{ cdp_activate.cast_as(
            'coalesce(revenue, total)', 'numeric(18, 2)'
        ) }} as amount,
        'sale' as order_kind

    from {{ source('segment', 'order_completed') }}

    union all

    select
        id,
        order_id,
        case
            when trim(user_id) not in ('', 'null', 'undefined') then trim(user_id)
        end as user_id,
        anonymous_id,
        coalesce({{ adapter.quote('timestamp') }}, received_at) as occurred_at,
        currency,
        cast(null as {{ dbt.type_string() }}) as coupon,
        null as discount,
        {{ cdp_activate.cast_as('total', 'numeric(18, 2)') }} as amount,
        'return' as order_kind

    from {{ source('segment', 'order_refunded') }}

),

-- An order is completed once, however often it is sent; it may be refunded in
-- parts, each a call of its own.
numbered as (

    select
        completed.*,
        row_number() over (
            partition by
                completed.order_kind,
                coalesce(completed.order_id, completed.id),
                case when completed.order_kind = 'return' then completed.id end
            order by
                completed.occurred_at asc,
                completed.id asc
        ) as copy_number

    from completed

),

final as (

    select
        case numbered.order_kind
            when 'return' then {{ dbt.concat(["'refund-'", 'numbered.id']) }}
            else coalesce(numbered.order_id, numbered.id)
        end as order_id,
        coalesce(numbered.user_id, identities.user_id) as customer_id,
        numbered.occurred_at as ordered_at,
        case numbered.order_kind when 'sale' then 'placed' end as status,
        numbered.order_kind,
        case numbered.order_kind when 'return' then numbered.order_id end
            as original_order_id,
        'online' as channel,
        numbered.currency,
        numbered.coupon,
        numbered.discount as discount_amount,
        case numbered.order_kind
            when 'return' then -numbered.amount
            else numbered.amount
        end as net_amount

    from numbered

    left join identities
        on numbered.anonymous_id = identities.identifier

    where numbered.copy_number = 1

)

select * from final
