{#
    Whether a model of this package is in the warehouse already.

    Call: {% if cdp_activate.is_built('stage_history') %}
#}
{% macro is_built(name) %}
    {{ return(cdp_activate.relation_before(name, {}) is not string) }}
{% endmacro %}
