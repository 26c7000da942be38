{#
    The columns of a subject's mapped table in which values may stand that cannot be
    read as the contract wants them: times in texts, infinite times, numbers that
    are too large, or not whole.

    Call:    {% set columns = cdp_activate.unreadable_columns('orders') %}
    Returns: {relation, checks: [{name, counted, done, to_do}]}, where `counted` is
             an aggregate over the relation; no checks when nothing is mapped

    Only the mapped table itself knows what was written there: in input_<subject>
    such values are null.
#}
{% macro unreadable_columns(subject) %}

    {#- Also while dbt parses: this is what makes the lineage. -#}
    {%- set mapped = cdp_activate.input_relation(subject) -%}
    {%- set found = {'relation': none, 'checks': []} -%}
    {%- set models = [] -%}
    {%- if execute and mapped is not none and not mapped.is_cte -%}
        {%- do found.update({'relation': load_relation(mapped)}) -%}
        {%- for node in graph.nodes.values()
            if node.resource_type == 'model' and node.name == 'input_' ~ subject
            and node.package_name == 'cdp_activate' -%}
            {%- do models.append(node) -%}
        {%- endfor -%}
    {%- endif -%}

    {%- if found['relation'] is not none and models -%}
        {%- for given in adapter.get_columns_in_relation(found['relation']) -%}
            {%- for name, column in models[0].columns.items()
                if name | lower == given.name | lower -%}
                {%- set type = cdp_activate.contract_type(column) -%}
                {%- set wanted = cdp_activate.kind_of_type(type) -%}
                {%- if column.data_type == 'integer'
                    and cdp_activate.may_be_unreadable(given.data_type, type) -%}
                    {%- do found['checks'].append({
                        'name': name ~ '_is_rounded',
                        'counted': 'count(case when '
                            ~ cdp_activate.cast_input(given, 'numeric(18,2)')
                            ~ ' <> ' ~ cdp_activate.cast_input(given, type)
                            ~ ' then 1 end)',
                        'done': 'rounded to a whole number',
                        'to_do': 'map ' ~ name ~ ' as whole numbers',
                    }) -%}
                {%- endif -%}
                {%- if cdp_activate.may_be_unreadable(given.data_type, type) -%}
                    {%- set is_time = cdp_activate.are_times(
                        cdp_activate.kind_of_type(given.data_type), wanted
                    ) -%}
                    {%- do found['checks'].append({
                        'name': name
                            ~ ('_is_infinite' if is_time else '_cannot_be_read'),
                        'counted': 'count(case when '
                            ~ cdp_activate.is_given(given) ~ ' and '
                            ~ cdp_activate.cast_input(given, type)
                            ~ ' is null then 1 end)',
                        'done': 'taken as missing',
                        'to_do': 'leave ' ~ name ~ ' empty where no time is known'
                            if is_time else cdp_activate.how_to_write(name, wanted),
                    }) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}

    {{ return(found) }}

{% endmacro %}


{# Whether values of one type may be none of another. #}
{% macro may_be_unreadable(given, type) %}
    {%- set kind = cdp_activate.kind_of_type(given) -%}
    {%- set wanted = cdp_activate.kind_of_type(type) -%}
    {{ return(
        cdp_activate.has_no_reading(kind, wanted)
        or cdp_activate.are_times(kind, wanted)
        or cdp_activate.is_read_as_text(given, wanted)
        or (
            kind == 'number' and wanted == 'number'
            and (
                not cdp_activate.fits_type(given, type)
                or cdp_activate.may_be_no_number(given)
            )
        )
    ) }}
{% endmacro %}


{# Whether something stands in a column: blank texts are as good as none. #}
{% macro is_given(column) %}
    {%- set name = adapter.quote(column.name) -%}
    {%- if cdp_activate.kind_of_type(column.data_type) == 'text' -%}
        {%- set name = cdp_activate.given_text(name) -%}
    {%- elif cdp_activate.kind_of_type(column.data_type) == 'other' -%}
        {%- set name = cdp_activate.given_text(cdp_activate.text_of_other(name)) -%}
    {%- endif -%}
    {{ return(name ~ ' is not null') }}
{% endmacro %}


{% macro how_to_write(column, kind) %}
    {{ return({
        'timestamp': 'write ' ~ column ~ ' as 2026-01-31T07:00:00+07:00 (ISO 8601), '
            ~ 'or map a table in which it is a timestamp',
        'date': 'write ' ~ column ~ ' as 2026-01-31 (ISO 8601), or map a table in '
            ~ 'which it is a date',
        'number': 'write ' ~ column ~ ' with digits and a point, for instance '
            ~ '1234.50, without signs of currencies and separators of thousands, '
            ~ 'and look for numbers too large to be true',
    }[kind]) }}
{% endmacro %}
