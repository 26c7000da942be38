{#
    Whether a model of this package that is built later in the run keeps what it
    holds: it has been built before, and the run has no --full-refresh.

    Call: {% if cdp_activate.goes_on_after('stage_history') %}
#}
{% macro goes_on_after(name) %}
    {{ return(
        not flags.FULL_REFRESH
        and cdp_activate.relation_before(name, {}) is not string
    ) }}
{% endmacro %}
