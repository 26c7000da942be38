-- written by `cdp-activate compile` asked by several audiences; do not edit
{{ config(enabled=(project_name == 'cdp_activate')) }}

with final as (
    select
        customer_id as entity_key
    from {{ ref('cdp_activate', 'customer_consents') }}
    where
        purpose = 'ads_personalisation'
    group by
        customer_id
    having
        max(
            case
                when (
                    status <> 'granted' or status is null
                ) and recorded_at is null
                then 1
            end
        ) is null
        and not max(
            case
                when status = 'granted' and recorded_at < {{ cdp_activate.as_of(0) }}
                then recorded_at
            end
        ) is null
        and (
            max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= {{ cdp_activate.as_of(0) }}
                    then recorded_at
                end
            ) is null
            or max(
                case
                    when (
                        status <> 'granted' or status is null
                    )
                    and recorded_at <= {{ cdp_activate.as_of(0) }}
                    then recorded_at
                end
            ) < max(
                case
                    when status = 'granted' and recorded_at < {{ cdp_activate.as_of(0) }}
                    then recorded_at
                end
            )
        )
)
select
    *
from final
