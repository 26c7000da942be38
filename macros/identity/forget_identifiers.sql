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

{#
    Whether identity_identifiers goes on from what it holds. It does not when a day
    of the past is replayed on which something that it holds had not been seen yet,
    nor when identity_records was made anew.
#}
{% macro identifiers_go_on() %}
    {%- if not cdp_activate.identity_goes_on([ref('identity_records')]) -%}
        {{ return(false) }}
    {%- endif -%}
    {%- set not_yet_seen = run_query(
        'select count(*) from ' ~ this ~ ' where first_seen_at >= '
        ~ cdp_activate.as_of()
    ).rows[0][0] | int -%}
    {{ return(not_yet_seen == 0) }}
{% endmacro %}

{# Before an incremental run that does not go on: all of them leave. #}
{% macro delete_replayed_identifiers() %}
    {%- if execute and is_incremental()
        and not cdp_activate.identifiers_go_on() -%}
        delete from {{ this }} where 1 = 1
    {%- endif -%}
{% endmacro %}
