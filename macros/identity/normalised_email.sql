{#
    An e-mail address as it is compared: small letters, no surrounding spaces;
    null when it has no mailbox or no domain.

    Call:   {{ cdp_activate.normalised_email('email') }}
    Input:  ' An@Example.com '  'n/a'
    Output: an@example.com      null
#}
{% macro normalised_email(expression) %}
    {{- return(adapter.dispatch('normalised_email', 'cdp_activate')(
        expression
    )) -}}
{% endmacro %}

{% macro default__normalised_email(expression) %}
    {{- return(
        "case when trim(" ~ expression ~ ") like '_%@_%' then lower(trim("
        ~ expression ~ ")) end"
    ) -}}
{% endmacro %}
