-- The linter does not see the checks, which name the joined tables.
-- noqa: disable=layout.indent,layout.spacing,ST03,ST11,RF01
{%- set checks = cdp_activate.data_quality_checks() %}

with

customers as (

    select
        records.source_customer_id,
        records.birth_date,
        customer_ids.customer_id,
        known_customers.created_at

    from {{ ref('customer_records') }} as records

    inner join {{ ref('customer_ids') }} as customer_ids
        on records.source_customer_id = customer_ids.source_customer_id

    inner join {{ ref('known_customers') }} as known_customers
        on customer_ids.customer_id = known_customers.customer_id

),

currency_counts as (

    select
        currency,
        count(*) as currency_count

    from {{ ref('input_orders') }}

    where currency is not null

    group by currency

),

usual as (

    select max(currency_count) as currency_count

    from currency_counts

),

{% for subject, own in checks.items() -%}
counted_{{ subject }} as (

    select
        count(*) as row_count
        {%- for check in own %},
        {{ check['counted'] }} as {{ check['name'] }}
        {%- endfor %}

    from {{ ref('input_' ~ subject) }} as input_{{ subject }}
    {%- if subject not in ['customers', 'accounts', 'order_lines', 'spend'] %}

    left join customers
        on input_{{ subject }}.customer_id = customers.source_customer_id
    {%- endif %}
    {%- if subject == 'referrals' %}

    left join customers as referred
        on input_referrals.referred_customer_id = referred.source_customer_id
    {%- elif subject == 'orders' %}

    cross join usual
    {%- endif %}

),

{% endfor -%}
final as (

    {% for subject, own in checks.items() -%}
    {%- set last_subject = loop.last -%}
    {%- for check in own -%}
    select
        '{{ subject }}' as subject,
        '{{ check["name"] }}' as check_name,
        cast({{ check['name'] }} as {{ dbt.type_bigint() }}) as affected_row_count,
        row_count as all_row_count,
        {{ dbt.string_literal(check['done']) }} as what_was_done,
        {{ dbt.string_literal(check['to_do']) }} as what_to_do
    from counted_{{ subject }}
    {%- if not (loop.last and last_subject) %}

    union all

    {% endif %}
    {%- endfor %}
    {%- endfor %}

)

select * from final
