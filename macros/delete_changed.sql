{#
    Before an incremental run of a table that is made person by person: the rows of
    whoever has to be made anew leave. The model then makes the rows of all who have
    none.

    Call:   config(pre_hook="{{ cdp_activate.delete_changed(
                'customer_id', ref('stage_history')
            ) }}")
    Takes:  the column that says whose a row is; what the rows are made of; how many
            rows of that a person has, and how many the table's rows were made of

    Somebody has to be made anew when those numbers differ, or when something was
    written later than all that the rows were made of. Both tables have `written_at`,
    which grows with every run. `first_at` is compared as well: what the rows were
    made of may be a stretch of time that moves (a pair of expressions, of the table's
    rows and of what they are made of).
#}
{% macro delete_changed(
    key, made_of, count='count(*)', written_at='max(written_at)',
    held_count='count(*)', first_at=none
) %}
    {%- if execute and is_incremental() %}
    delete from {{ this }}
    where
        {{ key }} in (
            select held.{{ key }}
            from (
                select
                    {{ key }},
                    {{ held_count }} as row_count,
                    {%- if first_at %}
                    {{ first_at[0] }} as first_at,
                    {%- endif %}
                    max(written_at) as written_at
                from {{ this }}
                group by {{ key }}
            ) as held
            left join (
                select
                    {{ key }},
                    {{ count }} as row_count,
                    {%- if first_at %}
                    {{ first_at[1] }} as first_at,
                    {%- endif %}
                    {{ written_at }} as written_at
                from {{ made_of }}
                where {{ key }} is not null
                group by {{ key }}
            ) as made_of
                on held.{{ key }} = made_of.{{ key }}
            where
                made_of.{{ key }} is null
                or held.row_count <> made_of.row_count
                or held.written_at <> made_of.written_at
                {%- if first_at %}
                or held.first_at <> made_of.first_at
                {%- endif %}
        )
    {%- endif -%}
{% endmacro %}

{#
    The same by day of the person's own touchpoints, for tables with a row a day
    that count them.
#}
{% macro delete_changed_days(touchpoints) %}
    {%- set acts -%}
    (
        select
            cast(occurred_at as date) as day,
            written_at
        from {{ touchpoints }}
        where
            visitor_id is not null
            and direction = 'inbound'
    ) as acts
    {%- endset -%}
    {{- cdp_activate.delete_changed(
        'day', acts, held_count='sum(touchpoint_count)'
    ) -}}
{% endmacro %}

{#
    The same of the touchpoints of the last 90 days, which leave them as days pass.
#}
{% macro delete_changed_lately(touchpoints) %}
    {%- set recent -%}
    (
        select
            customer_id,
            occurred_at,
            written_at
        from {{ touchpoints }}
        where occurred_at >= {{ cdp_activate.period_start('day', -90, 'UTC') }}
    ) as recent
    {%- endset -%}
    {{- cdp_activate.delete_changed(
        'customer_id', recent, held_count='sum(touchpoint_count)',
        first_at=('min(first_occurred_at)', 'min(occurred_at)')
    ) -}}
{% endmacro %}

{#
    The same for the one row of each customer that sums those up, or says that there
    were none.
#}
{% macro delete_changed_sums(known_customers, recent_touchpoints) %}
    {%- set recent -%}
    (
        select
            known_customers.customer_id,
            recent_touchpoints.touchpoint_count,
            recent_touchpoints.first_occurred_at,
            recent_touchpoints.written_at
        from {{ known_customers }} as known_customers
        left join {{ recent_touchpoints }} as recent_touchpoints
            on known_customers.customer_id = recent_touchpoints.customer_id
    ) as recent
    {%- endset -%}
    {{- cdp_activate.delete_changed(
        'customer_id', recent, 'coalesce(sum(touchpoint_count), 0)',
        held_count='sum(touchpoint_count)',
        first_at=('min(first_touchpoint_at)', 'min(first_occurred_at)')
    ) -}}
{% endmacro %}

{#
    The same of the paths of a visitor that ended with a conversion.
#}
{% macro delete_changed_conversions(paths) %}
    {{- cdp_activate.delete_changed(
        'visitor_id',
        '(select * from ' ~ paths ~ ' where conversions > 0) as converted',
        'sum(touch_count)', held_count='sum(touch_count)'
    ) -}}
{% endmacro %}
