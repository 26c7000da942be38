{# What is looked at in one subject only. #}
{% macro checks_of_subject(subject) %}
    {{ return(
        cdp_activate.checks_of_people(subject)
        or cdp_activate.checks_of_sales(subject)
        or cdp_activate.checks_of_accounts(subject)
        or cdp_activate.checks_of_logs(subject)
    ) }}
{% endmacro %}
