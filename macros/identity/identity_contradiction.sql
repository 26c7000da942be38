{#
    Whether two people cannot be one, by a field: both have it and it differs by
    more than a slip.

    Call:  {{ cdp_activate.identity_contradiction('first_name', 'one', 'other') }}
    Takes: first_name, last_name or birth_date; the names of two relations that
           have first_name, last_name (normalised) and birth_date (YYYY-MM-DD)

    Names may be swapped: Jane Smith and Smith Jane do not contradict. Dates
    contradict when two of year, month and day differ, unless day and month are
    swapped. Never null.
#}
{% macro identity_contradiction(field, one, other) %}

    {%- if field in ['first_name', 'last_name'] -%}
        {%- set second = 'last_name' if field == 'first_name'
            else 'first_name' -%}
        {{- return(
            'coalesce(not ' ~ cdp_activate.texts_are_alike(
                one ~ '.' ~ field, other ~ '.' ~ field
            ) ~ ' and not coalesce(' ~ cdp_activate.texts_are_alike(
                one ~ '.' ~ field, other ~ '.' ~ second
            ) ~ ', false) and not coalesce(' ~ cdp_activate.texts_are_alike(
                one ~ '.' ~ second, other ~ '.' ~ field
            ) ~ ', false), false)'
        ) -}}
    {%- elif field == 'birth_date' -%}
        {%- set differs = [] -%}
        {%- set part = 'substring({}.birth_date, {}, {})' -%}
        {%- for start, length in [(1, 4), (6, 2), (9, 2)] -%}
            {%- do differs.append(
                'case when ' ~ part.format(one, start, length) ~ ' <> '
                ~ part.format(other, start, length) ~ ' then 1 else 0 end'
            ) -%}
        {%- endfor -%}
        {{- return(
            'coalesce(' ~ differs | join(' + ') ~ ' > 1 and not ('
            ~ part.format(one, 1, 4) ~ ' = ' ~ part.format(other, 1, 4)
            ~ ' and ' ~ part.format(one, 6, 2) ~ ' = '
            ~ part.format(other, 9, 2) ~ ' and ' ~ part.format(one, 9, 2)
            ~ ' = ' ~ part.format(other, 6, 2) ~ '), false)'
        ) -}}
    {%- endif -%}

    {{ exceptions.raise_compiler_error(
        "The seed identity_rules says '" ~ field ~ "' with the role contradict: "
        ~ "first_name, last_name and birth_date can contradict."
    ) }}

{% endmacro %}
