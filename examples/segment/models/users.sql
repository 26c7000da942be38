with

identifies as (

    select
        case
            when trim(user_id) not in ('', 'null', 'undefined') then trim(user_id)
        end as user_id,
        {{ adapter.quote('timestamp') }} as occurred_at,
        received_at,
        email,
        phone,
        first_name,
        last_name

    from {{ source('segment', 'identifies') }}

),

calls as (

    select
        user_id,
        min(occurred_at) as created_at,
        max(occurred_at) as updated_at

    from {{ ref('calls') }}

    where user_id is not null

    group by user_id

),

-- Of each trait, what was said last: a call sends some traits and not others.
numbered as (

    select
        *,
        row_number() over (
            partition by user_id
            order by
                coalesce(occurred_at, received_at) desc,
                received_at desc
        ) as saying_number

    from identifies

    where user_id is not null

),

latest as (

    select
        user_id,
        min(case when email is not null then saying_number end) as email_number,
        min(case when phone is not null then saying_number end) as phone_number,
        min(case when first_name is not null then saying_number end)
            as first_name_number,
        min(case when last_name is not null then saying_number end)
            as last_name_number

    from numbered

    group by user_id

),

traits as (

    select
        latest.user_id,
        max(
            case
                when numbered.saying_number = latest.email_number
                    then numbered.email
            end
        ) as email,
        max(
            case
                when numbered.saying_number = latest.phone_number
                    then numbered.phone
            end
        ) as phone,
        max(
            case
                when numbered.saying_number = latest.first_name_number
                    then numbered.first_name
            end
        ) as first_name,
        max(
            case
                when numbered.saying_number = latest.last_name_number
                    then numbered.last_name
            end
        ) as last_name

    from latest

    inner join numbered
        on latest.user_id = numbered.user_id

    group by latest.user_id

),

final as (

    select
        calls.user_id as customer_id,
        traits.email,
        traits.phone,
        traits.first_name,
        traits.last_name,
        calls.created_at,
        calls.updated_at

    from calls

    left join traits
        on calls.user_id = traits.user_id

)

select * from final
