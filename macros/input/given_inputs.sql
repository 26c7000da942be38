{#
    The variable `cdp_inputs`: which tables hold the subjects of the input contract.

    Call:    {% for subject, table in cdp_activate.given_inputs().items() %}
    Returns: a mapping, empty where nobody said anything

    The project of the demo shop, which is this package's own, need not say it. It is not
    a variable of dbt_project.yml: projects that install the package would be given the
    shop's tables.
#}
{% macro given_inputs() %}

    {%- set inputs = var('cdp_inputs', none) -%}
    {%- if inputs is none and project_name == 'cdp_activate' -%}
        {%- set inputs = {} -%}
        {%- for subject in [
            'customers', 'identities', 'accounts', 'account_members', 'orders',
            'order_lines', 'events', 'messages', 'tickets', 'feedback', 'referrals',
            'consents', 'loyalty', 'subscriptions', 'opportunities', 'spend',
        ] -%}
            {%- do inputs.update({subject: 'shop.' ~ subject}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- set inputs = inputs or {} -%}
    {%- if inputs is not mapping -%}
        {{ exceptions.raise_compiler_error(
            "The variable cdp_inputs is '" ~ inputs ~ "', where subjects and their "
            ~ "tables are asked for: write {customers: crm.customers, orders: "
            ~ "shop.orders}."
        ) }}
    {%- endif -%}
    {{ return(inputs) }}

{% endmacro %}
