{# What the sources say of a customer, apart from ids and times. #}
{% macro customer_columns() %}
    {{ return([
        'email', 'phone', 'first_name', 'last_name', 'birth_date', 'country',
        'city', 'postcode', 'language', 'time_zone', 'acquisition_source',
        'attributes',
    ]) }}
{% endmacro %}
