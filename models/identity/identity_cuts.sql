with

shared_identifiers as (

    select * from {{ ref('identity_shared_identifiers') }}

),

edges as (

    select * from {{ ref('identity_edges') }}

),

cut_keys as (

    select
        edge_key,
        rule,
        max(people_count) as people_count,
        count(*) as customer_count

    from edges

    where is_cut

    group by
        edge_key,
        rule

),

final as (

    select
        {{ dbt.concat(['identifier_type', "':'", 'identifier']) }} as cut_key,
        identifier_type as shared_by,
        people_count,
        customer_count

    from shared_identifiers

    union all

    select
        edge_key as cut_key,
        rule as shared_by,
        people_count,
        customer_count

    from cut_keys

)

select * from final
