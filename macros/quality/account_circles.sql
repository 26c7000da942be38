{#
    The accounts that are, by their parents, parts of themselves: A of B, B of C and
    C of A. As CTEs, the last of which is account_circles with account_id.

    Call:  with {{ cdp_activate.account_circles() }}

    Everyone's ancestor 2, 4, 8 .. 64 levels up is found from those half as far up.
    Whoever still has a descendant that far below is on a circle: no group of
    companies has so many levels.
#}
{% macro account_circles() %}
parents_0 as (

    select
        account_id,
        parent_account_id
    from (
        {{ cdp_activate.one_row_each(
            ref('input_accounts'), 'account_id', 'created_at'
        ) }}
    ) as accounts
    -- Parents of themselves are counted apart.
    where account_id <> parent_account_id

),

{% for step in range(6) -%}
parents_{{ step + 1 }} as (

    select
        parents.account_id,
        theirs.parent_account_id
    from parents_{{ step }} as parents
    inner join parents_{{ step }} as theirs
        on parents.parent_account_id = theirs.account_id

),

{% endfor -%}
account_circles as (

    select distinct parent_account_id as account_id from parents_6

),
{%- endmacro %}
