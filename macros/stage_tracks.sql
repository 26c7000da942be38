{#
    The stage models that are built, the main one first: the variable
    `cdp_stage_tracks`.

    Call:    {% for track, stages in cdp_activate.stage_tracks().items() %}
    Returns: {'lifecycle': ['awareness', ...], 'support': [...]}
#}
{% macro stage_tracks() %}
    {{ return(var('cdp_stage_tracks')) }}
{% endmacro %}

{#
    The main stage model, as a literal.

    Call:   where track = {{ cdp_activate.main_track() }}
    Output: where track = 'lifecycle'
#}
{% macro main_track() %}
    {{- return("'" ~ (cdp_activate.stage_tracks() | list | first) ~ "'") -}}
{% endmacro %}
