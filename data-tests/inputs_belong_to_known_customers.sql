-- Orders, messages and the like of customers who are not in input_customers count
-- for nobody. This warns of them, so that they are not left out in silence: add
-- the customers, or leave the rows out of the input.
{{ config(severity='warn') }}

{%- set subjects = [
    'account_members', 'consents', 'events', 'experiments', 'feedback',
    'identities', 'loyalty', 'messages', 'opportunities', 'orders', 'referrals',
    'scores', 'subscriptions', 'tickets',
] -%}

with

customers as (

    select * from {{ ref('input_customers') }}

),

{% for subject in subjects -%}
{{ subject }} as (

    select
        customer_id,
        '{{ subject }}' as subject

    from {{ ref('input_' ~ subject) }}

    where customer_id is not null

),

{% endfor -%}
claims as (

    {% for subject in subjects -%}
    select * from {{ subject }}
    {% if not loop.last %}
    union all

    {% endif -%}
    {%- endfor %}

)

select
    claims.subject,
    claims.customer_id,
    count(*) as row_count

from claims

left join customers
    on claims.customer_id = customers.customer_id

where customers.customer_id is null

group by
    claims.subject,
    claims.customer_id
