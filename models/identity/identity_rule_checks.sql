-- noqa: disable=layout.indent,layout.spacing,structure.subquery
-- Judged when identity is built from nothing: rules that began to rest or to work
-- from one day to the next would merge people and part them again.
{{ config(
    materialized='incremental',
    on_schema_change='append_new_columns',
    incremental_strategy=cdp_activate.adding_strategy(),
    unique_key='rule',
) }}

{%- set rules = cdp_activate.identity_rules() %}
{%- set records = ref('identity_records') %}
{%- set identifiers = ref('identity_identifiers') %}
{%- set shared = ref('identity_shared_identifiers') %}
{%- set most_by_chance = var('cdp_identity_most_by_chance', 0.03) %}

with

{% if rules and not is_incremental() -%}
{%- set fields = [] %}
{%- for rule in rules %}
{%- for field in rule['agree'] if field not in fields %}
{%- do fields.append(field) %}
{%- endfor %}
{%- endfor -%}

field_values as (

    {% for field in fields -%}
    select
        '{{ field }}' as field,
        count(*) as holders
    {%- if field in cdp_activate.identity_fields() %}
    from {{ records }}
    where {{ field }} is not null
    group by {{ field }}
    {%- else %}
    from {{ identifiers }}
    where identifier_type = '{{ field }}'
    group by identifier
    {%- endif %}
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}

),

-- How likely two customers drawn by lot agree on a field.
field_chances as (

    select
        field,
        case
            when sum(holders) > 1
                then
                    cast(
                        sum(1.0 * holders * (holders - 1))
                        as {{ cdp_activate.type_double() }}
                    )
                    / (1.0 * sum(holders) * (sum(holders) - 1))
            else 0
        end as chance

    from field_values

    group by field

),

rule_keys as (

    {% for rule in rules -%}
    select
        '{{ rule["name"] }}' as rule,
        {{ rule['needs_proof'] | lower }} as needs_proof,
        count(*) as holders
    from (
        {{ cdp_activate.identity_keys(
            rule, records, identifiers, shared
        ) }}
    ) as keys_{{ loop.index }}
    group by edge_key
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}

),

rule_pairs as (

    select
        rule,
        needs_proof,
        sum(holders) as record_count,
        sum(1.0 * holders * (holders - 1)) / 2 as pair_count

    from rule_keys

    group by
        rule,
        needs_proof

),

rule_fields as (

    {% for rule in rules -%}
    {%- for field in rule['agree'] -%}
    select
        '{{ rule["name"] }}' as rule,
        '{{ field }}' as field
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor -%}
    {%- if not loop.last %}
    union all
    {% endif %}
    {%- endfor %}

),

rule_chances as (

    select
        rule_fields.rule,
        count(*) as field_count,
        case
            when min(coalesce(field_chances.chance, 0)) = 0 then 0
            else exp(sum(
                ln(case
                    when field_chances.chance > 0 then field_chances.chance
                    else 1
                end)
            ))
        end as chance

    from rule_fields

    left join field_chances
        on rule_fields.field = field_chances.field

    group by rule_fields.rule

),

expected as (

    select
        rule_pairs.rule,
        rule_pairs.needs_proof,
        rule_pairs.record_count,
        rule_pairs.pair_count,
        rule_chances.field_count,
        case
            when rule_chances.field_count > 1
                then
                    rule_chances.chance
                    * rule_pairs.record_count
                    * (rule_pairs.record_count - 1)
                    / 2.0
        end as chance_pair_count

    from rule_pairs

    inner join rule_chances
        on rule_pairs.rule = rule_chances.rule

),

final as (

    select
        rule,
        needs_proof,
        cast(record_count as {{ dbt.type_bigint() }}) as record_count,
        cast(pair_count as {{ dbt.type_bigint() }}) as pair_count,
        {{ cdp_activate.cast_as(
            'chance_pair_count', 'numeric(18, 2)'
        ) }} as chance_pair_count,
        case
            when field_count = 1 then false
            when needs_proof
                then
                    pair_count < 20
                    or chance_pair_count > {{ most_by_chance }} * pair_count
            else
                chance_pair_count >= 5
                and chance_pair_count > {{ most_by_chance }} * pair_count
        end as is_resting,
        {{ cdp_activate.run_instant() }} as judged_at

    from expected

)

{%- else -%}
final as (

    select
        cast(null as {{ dbt.type_string() }}) as rule,
        cast(null as {{ dbt.type_boolean() }}) as needs_proof,
        cast(null as {{ dbt.type_bigint() }}) as record_count,
        cast(null as {{ dbt.type_bigint() }}) as pair_count,
        {{ cdp_activate.cast_as('null', 'numeric(18, 2)') }} as chance_pair_count,
        cast(null as {{ dbt.type_boolean() }}) as is_resting,
        cast(null as {{ dbt.type_timestamp() }}) as judged_at

    from (select 1 as nothing) as no_rule

    where 1 = 0

)

{%- endif %}

select * from final
