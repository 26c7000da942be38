{#
    When this run began, as a literal in UTC: what a row that it wrote is marked
    with, so that the models behind see what is new. Not as_of: a past day may be
    replayed several times, and each run must be later than the one before.

    Call: {{ cdp_activate.run_instant() }} as noted_at
#}
{% macro run_instant() %}
    {{- return(cdp_activate.timestamp_literal(
        run_started_at.astimezone(modules.pytz.utc).replace(tzinfo=none)
    )) -}}
{% endmacro %}
