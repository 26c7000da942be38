{#
    The stage models in force, as a literal: a digest of the files of the seeds that
    decide which touchpoint is evidence of which stage, and of the tracks that are
    built.

    Call:   {{ cdp_activate.rules_version() }} as rules_version
    Output: 'b1946ac92492' as rules_version
#}
{% macro rules_version() %}
    {%- set tracks = cdp_activate.stage_tracks() | list | join(',') -%}
    {%- set rules = [
        cdp_activate.seed_version('stage_models'),
        cdp_activate.seed_version('touchpoint_vocabulary'),
        tracks,
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{#
    How visits are told apart, as a literal: a digest of the vocabulary and of the
    variables that `sessions` asks.

    Call:   {{ cdp_activate.sessions_version() }} as rules_version
#}
{% macro sessions_version() %}
    {%- set rules = [
        cdp_activate.seed_version('touchpoint_vocabulary'),
        var('cdp_session_gap_minutes') | string,
        var('cdp_conversion_touchpoint'),
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{#
    How visits and contacts are put in paths, as a literal. What a project puts in the
    place of attribution_touches may be other paths with every run.

    Call:   {{ cdp_activate.paths_version() }} as rules_version
#}
{% macro paths_version() %}
    {%- if execute and graph.get('nodes') and not graph.get('nodes', {}).values()
        | selectattr('name', 'equalto', 'attribution_touches')
        | selectattr('package_name', 'equalto', 'cdp_activate') | list -%}
        {{- return("'" ~ invocation_id ~ "'") -}}
    {%- endif -%}
    {%- set rules = [
        cdp_activate.sessions_version(),
        var('cdp_attribution_lookback_days') | string,
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{#
    How long walks are and what their steps are called, as a literal.

    Call:   {{ cdp_activate.walks_version() }} as rules_version
#}
{% macro walks_version() %}
    {%- set rules = [
        cdp_activate.seed_version('touchpoint_vocabulary'),
        var('cdp_path_touchpoints') | string,
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{# What is called a bad experience, and the stages that it is put in, as a literal. #}
{% macro pain_points_version() %}
    {%- set rules = [
        cdp_activate.seed_version('pain_point_detectors'),
        cdp_activate.rules_version(),
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{# How credit is shared along a path, as a literal. #}
{% macro credits_version() %}
    {%- set rules = [
        cdp_activate.paths_version(),
        var('cdp_attribution_first_share') | string,
        var('cdp_attribution_last_share') | string,
        var('cdp_attribution_half_life_days') | string,
    ] | join('|') -%}
    {{- return("'" ~ local_md5(rules)[:12] ~ "'") -}}
{% endmacro %}

{# How long paths of stages are, as a literal. #}
{% macro stage_paths_version() %}
    {{- return("'" ~ var('cdp_path_stages') | int(6) ~ "'") -}}
{% endmacro %}

{# Before an incremental run: rows that were made by other rules than today's. #}
{% macro delete_other_version(version) %}
    {{- return(cdp_activate.delete_from_log('rules_version <> ' ~ version)) -}}
{% endmacro %}
