{#
    What sort of values a type holds: text, number, timestamp, zoned (a timestamp
    with a time zone), date or other.

    Call: {% if cdp_activate.kind_of_type(column.data_type) == 'text' %}
#}
{% macro kind_of_type(type) %}

    {%- set name = type | lower | trim -%}
    {%- set sized = '( ?[(][0-9, ]+[)])?$' -%}
    {%- if modules.re.match(
        '(character varying|n?varchar|character|n?char|bpchar|text|string|citext)'
        ~ sized, name
    ) -%}
        {{ return('text') }}
    {%- elif modules.re.match(
        '((tiny|small|big|huge|byte|u|utiny|usmall|ubig|uhuge)?int[0-9]*|u?integer'
        ~ '|float[0-9]*|double( precision)?|real|decimal|(big)?numeric|number'
        ~ '|long|short|byte)' ~ sized, name
    ) -%}
        {{ return('number') }}
    {%- elif 'with time zone' in name
        or modules.re.match('timestamp(tz|_tz|_ltz)', name) -%}
        {{ return('zoned') }}
    {%- elif modules.re.match('(timestamp|datetime)', name) -%}
        {{ return('timestamp') }}
    {%- elif name == 'date' -%}
        {{ return('date') }}
    {%- endif -%}
    {{ return('other') }}

{% endmacro %}


{#
    Whether every number of one type is one of another, which the contract wants:
    types that are called differently (DECIMAL(18,2), NUMBER(18,2)), and small
    whole numbers in all.
#}
{% macro fits_type(given, wanted) %}
    {%- set names = [] -%}
    {%- for type in [given, wanted] -%}
        {%- do names.append(
            type | lower | replace(' ', '') | replace('numeric', 'decimal')
            | replace('number', 'decimal')
        ) -%}
    {%- endfor -%}
    {{ return(
        names[0] == names[1]
        or names[0] in ['tinyint', 'smallint', 'int2', 'integer', 'int', 'int4']
        or (
            names[0] in ['bigint', 'int8', 'int64', 'long']
            and names[1] in ['bigint', 'int64']
        )
    ) }}
{% endmacro %}


{# Whether a type of numbers has no fractions: a bigint, a number(38,0). #}
{% macro holds_whole_numbers(type) %}
    {{ return(
        'int' in type | lower
        or (type | lower in ['long', 'short', 'byte'])
        or (modules.re.search('[(][0-9]+ *(, *0)? *[)]', type) is not none)
    ) }}
{% endmacro %}


{# Whether both kinds are of times. #}
{% macro are_times(given, wanted) %}
    {{ return(
        given in ['timestamp', 'zoned', 'date'] and wanted in ['timestamp', 'date']
    ) }}
{% endmacro %}


{#
    Whether values of a type are read as texts where times and numbers are wanted: what
    is neither (a boolean, JSON, a time of day) may have no cast at all. PostgreSQL's
    money has one, and is written with signs.
#}
{% macro is_read_as_text(given, wanted) %}
    {{ return(
        cdp_activate.kind_of_type(given) in ['text', 'other']
        and given | lower != 'money'
        and wanted in ['timestamp', 'date', 'number']
    ) }}
{% endmacro %}


{# Whether no value of one kind is one of the other: a number is no time. #}
{% macro has_no_reading(given, wanted) %}
    {%- set times = ['timestamp', 'zoned', 'date'] -%}
    {{ return(
        (given == 'number' and wanted in times)
        or (given in times and wanted == 'number')
    ) }}
{% endmacro %}


{#
    The largest number that a type of the contract surely holds: nines before the
    point.

    Call: {{ cdp_activate.most_of_type('numeric(18,2)') }}
#}
{% macro most_of_type(type) %}
    {%- set sizes = modules.re.findall('[0-9]+', type.split('(')[1])
        if '(' in type else [] -%}
    {%- if sizes | length == 2 -%}
        {{ return(('9' * (sizes[0] | int - sizes[1] | int - 1)) | int) }}
    {%- elif 'big' in type | lower -%}
        {{ return(999999999999999999) }}
    {%- endif -%}
    {{ return(2147483647) }}
{% endmacro %}
