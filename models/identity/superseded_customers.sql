-- noqa: disable=layout.indent,layout.spacing
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.incremental_strategy(),
    unique_key='superseded_customer_id',
) }}

with

customer_ids as (

    select * from {{ ref('customer_ids') }}

),

merged as (

    select
        source_customer_id as superseded_customer_id,
        customer_id

    from customer_ids

    where source_customer_id <> customer_id

),

final as (

    select
        merged.superseded_customer_id,
        merged.customer_id,
        {{ cdp_activate.as_of() }} as superseded_at

    from merged
    {%- if is_incremental() %}

    left join {{ this }} as before
        on merged.superseded_customer_id = before.superseded_customer_id

    where
        before.superseded_customer_id is null
        or before.customer_id <> merged.customer_id
    {%- endif %}

)

select * from final
