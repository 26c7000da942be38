{#
    The instant at which everything is to be judged, as it was given: the variable
    `cdp_as_of`, else the environment variable CDP_AS_OF, else none.

    Call:    {% set given = cdp_activate.given_as_of() %}
    Returns: '2026-11-21T21:41:00Z'

    dbt parses the whole project anew when a variable has changed, but heeds the
    environment variables of parsing alone: so this one is read when dbt executes,
    and a build of another day begins at once.
#}
{% macro given_as_of() %}

    {%- set given = var('cdp_as_of', none) -%}
    {%- if given is none and execute -%}
        {%- set given = env_var('CDP_AS_OF', '') or none -%}
    {%- endif -%}

    {{ return(given) }}

{% endmacro %}
