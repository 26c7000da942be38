{#
    A comment on the table of an audience, as its post-hook: the digest of the
    YAML that it was compiled from, the instant at which it was judged, and the
    time of day in UTC. A sync reads it, and refuses where the YAML was edited
    since, or where it is to be judged on another day; one that runs after each
    build is due by the time.

    Call:   {{ cdp_activate.mark_audience('6f1ed002ab559585') }}
    Output: comment on table "shop"."main"."audience_vips"
            is 'cdp_activate 6f1ed002ab559585 2026-11-21T21:41:00 2026-11-21T21:42:07'

    Empty on warehouses whose comments nobody reads yet.
#}
{% macro mark_audience(digest) %}
    {{- return(adapter.dispatch('mark_audience', 'cdp_activate')(digest)) -}}
{% endmacro %}

{% macro default__mark_audience(digest) %}
    {{- return('') -}}
{% endmacro %}

{% macro duckdb__mark_audience(digest) %}
    {%- set kind = 'view' if model.config.materialized == 'view' else 'table' -%}
    {%- set at = cdp_activate.as_of_instant().isoformat() -%}
    {%- set now = modules.datetime.datetime.now(modules.pytz.utc) -%}
    {{- return(
        'comment on ' ~ kind ~ ' ' ~ this ~ " is 'cdp_activate " ~ digest
        ~ ' ' ~ at ~ ' ' ~ now.replace(tzinfo=none).isoformat() ~ "'"
    ) -}}
{% endmacro %}

{% macro postgres__mark_audience(digest) %}
    {{- return(cdp_activate.duckdb__mark_audience(digest)) -}}
{% endmacro %}
