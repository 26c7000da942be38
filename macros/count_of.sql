{#
    How many touchpoints of `customer_recent_touchpoints` meet a condition, as an
    aggregate; 0 when none.

    Call:   {{ cdp_activate.count_of("touchpoint = 'page_viewed'") }}
    Output: cast(sum(case when touchpoint = 'page_viewed' then touchpoint_count
                else 0 end) as bigint)
#}
{% macro count_of(condition) %}
    {{- return(
        'cast(sum(case when ' ~ condition ~ ' then touchpoint_count else 0 end) as '
        ~ dbt.type_bigint() ~ ')'
    ) -}}
{% endmacro %}

{#
    Their values added up, as an aggregate; 0 when none.
#}
{% macro value_of(condition) %}
    {{- return(cdp_activate.cast_as(
        'sum(case when ' ~ condition ~ ' then coalesce(total_value, 0) else 0 end)',
        'numeric(18, 2)'
    )) -}}
{% endmacro %}
