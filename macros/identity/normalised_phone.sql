{#
    A telephone number as it is compared: its digits, without the + or 00 of an
    international number; null when fewer than seven are left.

    Call:   {{ cdp_activate.normalised_phone('phone') }}
    Input:  +84 90 123-45-67   0084901234567   n/a
    Output: 84901234567        84901234567     null

    A number without its country (0901234567) is not completed: it equals only
    those written alike.
#}
{% macro normalised_phone(expression) %}
    {{- return(adapter.dispatch('normalised_phone', 'cdp_activate')(
        expression
    )) -}}
{% endmacro %}

{% macro default__normalised_phone(expression) %}
    {%- set digits = cdp_activate.digits_of(expression) -%}
    {{- return(
        'case when ' ~ cdp_activate.has_too_few_digits(expression)
        ~ ' then null when ' ~ digits
        ~ " like '00%' then substring(" ~ digits ~ ', 3) else ' ~ digits
        ~ ' end'
    ) -}}
{% endmacro %}

{#
    Whether a text is no telephone number: fewer than seven digits are in it. Where
    that is all that is asked, the number need not be made.
#}
{% macro has_too_few_digits(expression) %}
    {{- return('length(' ~ cdp_activate.digits_of(expression) ~ ') < 7') -}}
{% endmacro %}
