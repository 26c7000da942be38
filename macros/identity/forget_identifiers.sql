{#
    Deletes the identifiers of customers who are not there any more (erased, or
    not yet there on the day that is replayed): a post-hook of
    identity_identifiers. Nothing to do where the table is built anew.
#}
{% macro forget_identifiers() %}
    {%- if execute and is_incremental() -%}
        delete from {{ this }}
        where source_customer_id not in (
            select source_customer_id from {{ ref('customer_records') }}
        )
    {%- endif -%}
{% endmacro %}
