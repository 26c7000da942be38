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
