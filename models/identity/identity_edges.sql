-- noqa: disable=layout.indent,layout.spacing,structure.subquery
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key=['edge_key', 'source_customer_id', 'linked_customer_id'],
    pre_hook=[
        "{{ cdp_activate.delete_unless_identity_goes_on(
            [ref('identity_records'), ref('identity_identifiers')]
        ) }}",
        "{{ cdp_activate.delete_edges_replaced() }}",
    ],
    post_hook="{{ cdp_activate.delete_edges_replaced() }}",
) }}

{%- set rules = cdp_activate.identity_working_rules() %}
{%- set records = ref('identity_records') %}
{%- set identifiers = ref('identity_identifiers') %}
{%- set shared = ref('identity_shared_identifiers') %}
{%- set most_people = var('cdp_identity_most_people', 10) | int %}

{%- set goes_on = cdp_activate.identity_goes_on([records, identifiers]) %}
{%- set changed = namespace(count=1) %}
{%- if rules and goes_on %}
{%- set changed.count = cdp_activate.identity_changes(
    [records, identifiers, shared], this
) %}
{%- endif %}

with

{% if rules and changed.count -%}
records as (

    select * from {{ records }}

),

{% if goes_on -%}
changed as (

    select source_customer_id
    from {{ records }}
    where noted_at > {{ cdp_activate.latest_note(this) }}

    union distinct

    select source_customer_id
    from {{ identifiers }}
    where noted_at > {{ cdp_activate.latest_note(this) }}

    union distinct

    select holders.source_customer_id
    from {{ shared }} as shared
    inner join {{ identifiers }} as holders
        on
            shared.identifier_type = holders.identifier_type
            and shared.identifier = holders.identifier
    where shared.noted_at > {{ cdp_activate.latest_note(this) }}

),

keys_of_changed as (

    {% for rule in rules -%}
    select
        keys_{{ loop.index }}.edge_key,
        '{{ rule["name"] }}' as rule,
        keys_{{ loop.index }}.first_value
    from (
        {{ cdp_activate.identity_keys(
            rule, records, identifiers, shared, 'changed'
        ) }}
    ) as keys_{{ loop.index }}
    {%- if not loop.last %}

    union distinct

    {% endif -%}
    {%- endfor %}

),

-- What somebody who has changed shares now, or shared before.
touched as (

    select edge_key from keys_of_changed

    union distinct

    select before.edge_key
    from {{ this }} as before
    inner join changed
        on before.source_customer_id = changed.source_customer_id

    union distinct

    select before.edge_key
    from {{ this }} as before
    inner join changed
        on before.linked_customer_id = changed.source_customer_id

),

-- Who may have these keys: whoever has changed, had them before, or has the first
-- of what makes one of those that are looked at now.
holders as (

    select source_customer_id from changed

    union distinct

    select before.source_customer_id
    from {{ this }} as before
    inner join touched
        on before.edge_key = touched.edge_key

    {%- for rule in rules %}

    union distinct

    {{ cdp_activate.identity_holders(
        rule, records, identifiers, 'keys_of_changed'
    ) }}
    {%- endfor %}

),

{% endif -%}
members as (

    {% for rule in rules -%}
    {%- set keys = 'keys_' ~ loop.index -%}
    select distinct
        {{ keys }}.edge_key,
        '{{ rule["name"] }}' as rule,
        {{ keys }}.source_customer_id
    from (
        {{ cdp_activate.identity_keys(
            rule, records, identifiers, shared, 'holders' if goes_on
        ) }}
    ) as {{ keys }}
    inner join
        {%- if goes_on %}
        touched
        {%- else %}
        (
            select edge_key
            from (
                {{ cdp_activate.identity_keys(
            rule, records, identifiers, shared
        ) }}
            ) as counted
            group by edge_key
            having count(*) > 1
        ) as touched
        {%- endif %}
        on {{ keys }}.edge_key = touched.edge_key
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}

),

described as (

    select
        members.edge_key,
        members.rule,
        members.source_customer_id,
        records.first_name,
        records.last_name,
        records.birth_date,
        {{ cdp_activate.person_of('records') }} as person

    from members

    inner join records
        on members.source_customer_id = records.source_customer_id

),

people as (

    select
        edge_key,
        count(distinct person) as people_count

    from described

    group by edge_key

),

-- Whoever is the same in all that could contradict stands together.
variants as (

    select
        described.edge_key,
        described.rule,
        described.first_name,
        described.last_name,
        described.birth_date,
        min(described.source_customer_id) as representative

    from described

    inner join people
        on described.edge_key = people.edge_key

    where people.people_count <= {{ most_people }}

    group by
        described.edge_key,
        described.rule,
        described.first_name,
        described.last_name,
        described.birth_date

),

variant_pairs as (

    select
        ones.edge_key,
        ones.rule,
        ones.representative as source_customer_id,
        others.representative as linked_customer_id,
        ones.first_name is not null and others.first_name is not null
            as are_named,
        {% for field in ['first_name', 'last_name', 'birth_date'] -%}
        {%- set contradicting = [] -%}
        {%- for rule in rules if field in rule['contradict'] -%}
        {%- do contradicting.append("'" ~ rule['name'] ~ "'") -%}
        {%- endfor -%}
        {% if contradicting -%}
        (
            ones.rule in ({{ contradicting | join(', ') }})
            and {{ cdp_activate.identity_contradiction(
                field, 'ones', 'others'
            ) }}
        )
        {%- else -%}
        false
        {%- endif -%}
        {{ '' if loop.last else ' or ' }}
        {%- endfor %} as is_contradicted

    from variants as ones

    inner join variants as others
        on
            ones.edge_key = others.edge_key
            and ones.representative < others.representative

),

-- An identifier that two people who cannot be one have is shared by some: alone
-- it says nothing of those whose names are not known.
shared_keys as (

    select distinct edge_key

    from variant_pairs

    where
        is_contradicted
        and rule in (
            ''
            {%- for rule in rules if rule['agree'] | length == 1 %},
            '{{ rule["name"] }}'
            {%- endfor %}
        )

),

links as (

    -- Every member is noted, so that it is known who was looked at.
    select
        described.edge_key,
        described.rule,
        described.source_customer_id,
        case
            when
                variants.representative <> described.source_customer_id
                and (
                    shared_keys.edge_key is null
                    or described.first_name is not null
                )
                then variants.representative
        end as linked_customer_id,
        people.people_count

    from described

    inner join people
        on described.edge_key = people.edge_key

    left join variants
        on
            described.edge_key = variants.edge_key
            and {{ cdp_activate.same_or_both_null(
                'described.first_name', 'variants.first_name'
            ) }}
            and {{ cdp_activate.same_or_both_null(
                'described.last_name', 'variants.last_name'
            ) }}
            and {{ cdp_activate.same_or_both_null(
                'described.birth_date', 'variants.birth_date'
            ) }}

    left join shared_keys
        on described.edge_key = shared_keys.edge_key

    union all

    select
        variant_pairs.edge_key,
        variant_pairs.rule,
        variant_pairs.source_customer_id,
        variant_pairs.linked_customer_id,
        people.people_count

    from variant_pairs

    inner join people
        on variant_pairs.edge_key = people.edge_key

    left join shared_keys
        on variant_pairs.edge_key = shared_keys.edge_key

    where
        not variant_pairs.is_contradicted
        and (shared_keys.edge_key is null or variant_pairs.are_named)
    {%- if goes_on %}

    union all

    -- What nobody has any more, and who had it.
    select distinct
        touched.edge_key,
        before.rule,
        before.source_customer_id,
        cast(null as {{ dbt.type_string() }}) as linked_customer_id,
        0 as people_count

    from touched

    inner join {{ this }} as before
        on touched.edge_key = before.edge_key

    left join people
        on touched.edge_key = people.edge_key

    where people.edge_key is null
    {%- endif %}

),

final as (

    select
        edge_key,
        rule,
        source_customer_id,
        linked_customer_id,
        cast(people_count as {{ dbt.type_bigint() }}) as people_count,
        people_count > {{ most_people }} as is_cut,
        {{ cdp_activate.run_instant() }} as noted_at

    from links

)

{%- else -%}
final as (

    select
        cast(null as {{ dbt.type_string() }}) as edge_key,
        cast(null as {{ dbt.type_string() }}) as rule,
        cast(null as {{ dbt.type_string() }}) as source_customer_id,
        cast(null as {{ dbt.type_string() }}) as linked_customer_id,
        cast(null as {{ dbt.type_bigint() }}) as people_count,
        cast(null as {{ dbt.type_boolean() }}) as is_cut,
        cast(null as {{ dbt.type_timestamp() }}) as noted_at

    from (select 1 as nothing) as no_edge

    where 1 = 0

)

{%- endif %}

select * from final
