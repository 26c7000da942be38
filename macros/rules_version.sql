{#
    The stage models in force, as a literal: a digest of the seed's file and of the
    tracks that are built.

    Call:   {{ cdp_activate.rules_version() }} as rules_version
    Output: 'b1946ac92492' as rules_version
#}
{% macro rules_version() %}
    {%- set tracks = cdp_activate.stage_tracks() | list | join(',') -%}
    {{- return(
        "'" ~ local_md5(cdp_activate.seed_version('stage_models') ~ tracks)[:12]
        ~ "'"
    ) -}}
{% endmacro %}
