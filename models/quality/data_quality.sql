-- The linter does not see the checks, which name the joined tables.
-- noqa: disable=layout.indent,layout.spacing,ST03,ST05,ST11,RF01
{%- set checks = cdp_activate.data_quality_checks() %}
{%- set unreadable = {} %}
{%- for subject in checks %}
{%- do unreadable.update({subject: cdp_activate.unreadable_columns(subject)}) %}
{%- endfor %}

with

customers as (

    select
        records.source_customer_id,
        records.birth_date,
        records.created_at as recorded_at,
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
        upper(trim(currency)) as currency,
        count(*) as currency_count

    from {{ ref('input_orders') }}

    where currency is not null

    group by upper(trim(currency))

),

usual as (

    select max(currency_count) as currency_count

    from currency_counts

),

accounts as (

    select distinct account_id

    from {{ ref('input_accounts') }}

    where
        account_id is not null
        and (created_at is null or created_at < {{ cdp_activate.as_of() }})

),

{{ cdp_activate.account_circles() }}

{% for subject, own in checks.items() -%}
{%- set joins %}
    {%- if subject in cdp_activate.subjects_of_customers() %}

    left join customers
        on input_{{ subject }}.customer_id = customers.source_customer_id
    {%- endif %}
    {%- if subject == 'referrals' %}

    left join customers as referred
        on input_referrals.referred_customer_id = referred.source_customer_id
    {%- elif subject == 'accounts' %}

    left join account_circles as circles
        on input_accounts.account_id = circles.account_id

    left join accounts as parents
        on input_accounts.parent_account_id = parents.account_id
    {%- elif subject in ['account_members', 'subscriptions', 'opportunities'] %}

    left join accounts
        on input_{{ subject }}.account_id = accounts.account_id
    {%- elif subject == 'order_lines' %}

    left join {{ ref('orders_as_of') }} as orders
        on input_order_lines.order_id = orders.order_id
    {%- endif %}
{%- endset -%}
{%- for check in own if check['key'] -%}
{%- set key = check['key'] -%}
{%- set kept = own[-1]['kept'] -%}
repeated_{{ subject }} as (

    select {{ key }}

    from {{ ref('input_' ~ subject) }}

    group by {{ key }}

    having count(*) > 1

),

-- Of each key that several rows have, the rows beyond the first.
copies_of_{{ subject }} as (

    select
        count(*) - count(distinct input_{{ subject }}.{{ key }}) as given_count
        {%- if kept %},
        count(case when {{ kept }} then 1 end) - count(
            distinct case when {{ kept }} then input_{{ subject }}.{{ key }} end
        ) as kept_count
        {%- endif %}

    from {{ ref('input_' ~ subject) }} as input_{{ subject }}

    inner join repeated_{{ subject }} as repeated
        on input_{{ subject }}.{{ key }} = repeated.{{ key }}
    {{- joins if kept }}

),

{% endfor -%}
counted_{{ subject }} as (

    select
        count(*) as row_count
        {%- for check in own %},
        {{ check['counted'] }} as {{ check['name'] }}
        {%- endfor %}

    from {{ ref('input_' ~ subject) }} as input_{{ subject }}
    {{- joins }}
    {%- if subject == 'orders' %}

    cross join usual
    {%- elif subject in ['events', 'messages'] %}

    -- The log may hold what the mapped table has forgotten: that makes up for nothing.
    cross join (
        select count(*) as row_count
        from {{ ref('customer_' ~ subject) }}
        where {{ own[-1]['log_key'] }} in (
            select {{ own[-1]['log_key'] }} from {{ ref('input_' ~ subject) }}
        )
    ) as kept
    {%- endif %}

),

{% endfor -%}
{% for subject, found in unreadable.items() if found['checks'] -%}
unreadable_{{ subject }} as (

    select
        count(*) as row_count
        {%- for check in found['checks'] %},
        {{ check['counted'] }} as {{ check['name'] }}
        {%- endfor %}

    from {{ found['relation'] }}

),

{% endfor -%}
final as (

    {% for subject, own in checks.items() -%}
    {{ cdp_activate.counted_checks(subject, own, 'counted_' ~ subject) }}
    {%- set found = unreadable[subject] %}
    {%- if found['checks'] %}

    union all

    {{ cdp_activate.counted_checks(subject, found['checks'], 'unreadable_' ~ subject) }}
    {%- endif %}
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}

)

select * from final
