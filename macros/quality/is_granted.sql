{# Whether a consent is a yes; whatever else its status is means no. #}
{% macro is_granted(consents) %}
    {{- return(
        '(coalesce(' ~ cdp_activate.word(consents ~ '.status')
        ~ ", 'unknown') = 'granted')"
    ) -}}
{% endmacro %}
