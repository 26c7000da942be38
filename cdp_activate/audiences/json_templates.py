"""The SQL of our functions about JSON in every dialect, whose arguments are x, y and z."""

from __future__ import annotations

JSON: dict[str, dict[str, str]] = {
    # JSON: a step inside, and a value of each type, NULL when it is another (7.52) ...
    "cdp_json": {
        "duckdb": "x",
        "postgres": "cast(x as jsonb)",
        "spark": "x",
        "snowflake": "x",
        "bigquery": "x",
    },
    "cdp_json_parsed": {
        "duckdb": "case when json_valid(x) then cast(x as json) end",
        "spark": "try_parse_json(x)",
        "snowflake": "try_parse_json(x)",
        "bigquery": "safe.parse_json(x)",
    },
    "cdp_json_step": {
        "duckdb": "json_extract(x, z)",
        "postgres": "x -> y",
        "spark": """try_variant_get(x, concat('$["', y, '"]'), 'variant')""",
        "snowflake": "get(x, y)",
        "bigquery": "json_query(x, z)",
    },
    "cdp_json_odd_step": {  # z is a JSON pointer (RFC 6901)
        "duckdb": "json_extract(x, z)",
        "postgres": "x -> y",
        "snowflake": "get(x, y)",
    },
    "cdp_json_text": {
        "duckdb": "case when json_type(x) = 'VARCHAR' then json_extract_string(x, '$') end",
        "postgres": "case when jsonb_typeof(x) = 'string' then x #>> '{}' end",
        "spark": "case when schema_of_variant(x) = 'STRING' then variant_get(x, '$', 'string') end",
        "snowflake": "case when typeof(x) = 'VARCHAR' then cast(x as varchar) end",
        "bigquery": "case when json_type(x) = 'string' then json_value(x) end",
    },
    "cdp_json_boolean": {
        "duckdb": (
            "case when json_type(x) = 'BOOLEAN' then json_extract_string(x, '$') = 'true' end"
        ),
        "postgres": "case when jsonb_typeof(x) = 'boolean' then (x #>> '{}') = 'true' end",
        "spark": (
            "case when schema_of_variant(x) = 'BOOLEAN' then variant_get(x, '$', 'boolean') end"
        ),
        "snowflake": "case when typeof(x) = 'BOOLEAN' then cast(x as boolean) end",
        "bigquery": "case when json_type(x) = 'boolean' then json_value(x) = 'true' end",
    },
    "cdp_json_double": {
        "duckdb": """
            case when json_type(x) in ('BIGINT', 'UBIGINT', 'DOUBLE')
            then try_cast(json_extract_string(x, '$') as double) end
        """,
        "postgres": """
            case when jsonb_typeof(x) = 'number' then case
                when abs(cast(x #>> '{}' as decimal)) < 1e308
                then cast(x #>> '{}' as double precision) end end
        """,
        "spark": """
            case when schema_of_variant(x) in ('BIGINT', 'DOUBLE')
                or schema_of_variant(x) like 'DECIMAL%'
            then variant_get(x, '$', 'double') end
        """,
        "snowflake": """
            case when typeof(x) in ('INTEGER', 'DECIMAL', 'DOUBLE') then cast(x as double) end
        """,
        "bigquery": "case when json_type(x) = 'number' then float64(x) end",
    },
    "cdp_json_decimal": {
        "duckdb": """
            case when json_type(x) in ('BIGINT', 'UBIGINT', 'DOUBLE')
            then try_cast(json_extract_string(x, '$') as decimal(38, 9)) end
        """,
        "postgres": "case when jsonb_typeof(x) = 'number' then cast(x #>> '{}' as decimal) end",
        "spark": """
            case when schema_of_variant(x) in ('BIGINT', 'DOUBLE')
                or schema_of_variant(x) like 'DECIMAL%'
            then try_variant_get(x, '$', 'decimal(38,9)') end
        """,
        "snowflake": """
            case when typeof(x) in ('INTEGER', 'DECIMAL', 'DOUBLE')
            then try_to_decimal(cast(x as varchar), 38, 9) end
        """,
        "bigquery": """
            case when json_type(x) = 'number' then safe_cast(json_value(x) as bignumeric) end
        """,
    },
    "cdp_json_integer": {  # numbers of 64 bits that are written without a fraction
        "duckdb": """
            case when json_type(x) in ('BIGINT', 'UBIGINT')
            then try_cast(json_extract_string(x, '$') as bigint) end
        """,
        "postgres": """
            case when jsonb_typeof(x) = 'number' and (x #>> '{}') ~ '^-?[0-9]{1,19}$'
            then case when abs(cast(x #>> '{}' as decimal)) < 9223372036854775808
                then cast(cast(x #>> '{}' as decimal) as bigint) end end
        """,
        "spark": "case when schema_of_variant(x) = 'BIGINT' then variant_get(x, '$', 'bigint') end",
        "snowflake": """
            case when typeof(x) = 'INTEGER' then try_to_number(cast(x as varchar)) end
        """,
        "bigquery": """
            case when json_type(x) = 'number' and regexp_contains(json_value(x), '^-?[0-9]+$')
            then safe_cast(json_value(x) as int64) end
        """,
    },
    "cdp_instant": {  # wall clock time in zone y as an instant
        "duckdb": "x at time zone y",
        "postgres": "x at time zone y",
        "spark": "cast(convert_timezone(y, current_timezone(), x) as timestamp)",
        "snowflake": """
            to_timestamp_tz(concat(
                to_varchar(convert_timezone(y, 'UTC', x), 'YYYY-MM-DD HH24:MI:SS.FF6'), ' +00:00'
            ))
        """,
        "bigquery": "timestamp(x, y)",
    },
    "cdp_json_list": {
        "duckdb": """
            case when json_type(x) = 'ARRAY'
            then list_transform(cast(x as json[]), lambda element: y) end
        """,
        "postgres": """
            case when jsonb_typeof(x) = 'array' then array(
                select y from jsonb_array_elements(
                    case when jsonb_typeof(x) = 'array' then x else cast('[]' as jsonb) end
                ) as items(element)
            ) end
        """,
        "spark": """
            case when schema_of_variant(x) like 'ARRAY<%'
            then transform(variant_get(x, '$', 'array<variant>'), element -> y) end
        """,
        "snowflake": """
            case when typeof(x) = 'ARRAY' then transform(cast(x as array), element -> y) end
        """,
        "bigquery": """
            case when json_type(x) = 'array'
            then array(select y from unnest(json_query_array(x)) as element) end
        """,
    },
}
