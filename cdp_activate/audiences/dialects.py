"""What warehouses write differently: our functions, and the SQL of each in every dialect.

A tree calls `cdp_..` functions; `written` replaces them, last, by these templates, whose
x, y and z are the arguments. A warehouse that is not named cannot say it.
"""

from __future__ import annotations

from functools import cache
from typing import TypeGuard

from sqlglot import exp, parse_one

from cdp_activate.audiences.accents import class_of_marks, letters, marks
from cdp_activate.audiences.patterns import written_for
from cdp_activate.errors import UsageError

DIALECTS = ("duckdb", "postgres", "spark", "snowflake", "bigquery")

_TEMPLATES: dict[str, dict[str, str]] = {
    # The first 8 hexadecimal digits of an MD5 as an unsigned number, modulo 10000:
    # the same number everywhere (AUDIENCES.md 3, Buckets).
    "cdp_bucket": {
        "duckdb": "cast('0x' || substr(md5(x), 1, 8) as bigint) % 10000",
        "postgres": "cast(cast('x' || substr(md5(x), 1, 8) as bit(32)) as bigint) % 10000",
        "spark": "cast(conv(substr(md5(x), 1, 8), 16, 10) as bigint) % 10000",
        "snowflake": "mod(to_number(substr(md5(x), 1, 8), 'XXXXXXXX'), 10000)",
        "bigquery": "mod(cast(concat('0x', substr(to_hex(md5(x)), 1, 8)) as int64), 10000)",
    },
    "cdp_is_nan": {
        "duckdb": "isnan(x)",
        "postgres": "x = cast('NaN' as double precision)",
        "spark": "isnan(x)",
        "snowflake": "x = cast('NaN' as double)",
        "bigquery": "is_nan(x)",
    },
    "cdp_is_infinite": {
        "duckdb": "isinf(x)",
        "postgres": "abs(x) = cast('Infinity' as double precision)",
        "spark": "abs(x) = cast('Infinity' as double)",
        "snowflake": "abs(x) = cast('inf' as double)",
        "bigquery": "is_inf(x)",
    },
    # Anywhere in the text; Snowflake's regexp_like asks for the whole of it.
    "cdp_matches": {
        "duckdb": "regexp_matches(x, y)",
        "postgres": "x ~ y",
        "spark": "x rlike y",
        "snowflake": "regexp_instr(x, y) > 0",
        "bigquery": "regexp_contains(x, y)",
    },
    "cdp_matches_any_case": {
        "duckdb": "regexp_matches(x, y, 'i')",
        "postgres": '(x collate "und-x-icu") ~* y',
        "spark": "x rlike concat('(?iu)', y)",
        "snowflake": "regexp_instr(x, y, 1, 1, 0, 'i') > 0",
        "bigquery": "regexp_contains(x, concat('(?i)', y))",
    },
    "cdp_weekday": {  # 1 is Monday
        "duckdb": "extract(isodow from x)",
        "postgres": "extract(isodow from x)",
        "spark": "weekday(x) + 1",
        "snowflake": "dayofweekiso(x)",
        "bigquery": "mod(extract(dayofweek from x) + 5, 7) + 1",
    },
    "cdp_date": {
        "duckdb": "make_date(x, y, z)",
        "postgres": "make_date(cast(x as int), cast(y as int), cast(z as int))",
        "spark": "make_date(x, y, z)",
        "snowflake": "date_from_parts(x, y, z)",
        "bigquery": "date(x, y, z)",
    },
    "cdp_ends_with": {
        "duckdb": "ends_with(x, y)",
        "postgres": "right(x, length(y)) = y",
        "spark": "endswith(x, y)",
        "snowflake": "endswith(x, y)",
        "bigquery": "ends_with(x, y)",
    },
    "cdp_local": {  # an instant as wall clock time in zone y
        "duckdb": "x at time zone y",
        "postgres": "x at time zone y",
        "spark": "convert_timezone(y, cast(x as timestamp_ntz))",
        "snowflake": "cast(convert_timezone(y, x) as timestamp_ntz)",
        "bigquery": "datetime(x, y)",
    },
    "cdp_shift": {  # wall clock time in zone y as that in zone z
        "duckdb": "x at time zone y at time zone z",
        "postgres": "x at time zone y at time zone z",
        "spark": "convert_timezone(y, z, x)",
        "snowflake": "convert_timezone(y, z, x)",
        "bigquery": "datetime(timestamp(x, y), z)",
    },
    "cdp_list_contains": {  # unknown of a list that is NULL, never because of an element that is
        "duckdb": "list_contains(x, y)",
        "postgres": "case when not x is null then coalesce(y = any(x), false) end",
        "spark": "case when not x is null then coalesce(array_contains(x, y), false) end",
        "snowflake": "array_contains(to_variant(y), x)",
        "bigquery": "case when not x is null then coalesce(y in unnest(x), false) end",
    },
    "cdp_list_length": {
        "duckdb": "len(x)",
        "postgres": "cardinality(x)",
        "spark": "case when not x is null then size(x) end",
        "snowflake": "array_size(x)",
        "bigquery": "array_length(x)",
    },
    # A double rounded to 9 decimals, half away from zero (7.32, 7.65). PostgreSQL rounds
    # decimals alone, and makes one of all of a double's digits only by way of its text.
    "cdp_round": {
        "duckdb": "round(x, 9)",
        "postgres": "round(cast(cast(x as text) as decimal), 9)",
        "spark": "round(x, 9)",
        "snowflake": "round(x, 9)",
        "bigquery": "round(x, 9)",
    },
    # Marks are of category Mn alone; DuckDB's function takes those of Mc and Me too. Letters
    # that a warehouse cannot decompose are translated: y to z (7.48).
    "cdp_summand": {  # an exact number that can be added up without leaving its type
        "duckdb": "x",
        "postgres": "x",
        "spark": "x",
        "snowflake": "x",
        "bigquery": "cast(x as bignumeric)",
    },
    "cdp_whole": {  # a number without decimals, as one with room for its products
        "duckdb": "cast(x as hugeint)",
        "postgres": "cast(x as decimal)",
        "spark": "cast(x as decimal(38, 0))",
        "snowflake": "cast(x as decimal(38, 0))",
        "bigquery": "cast(x as bignumeric)",
    },
    "cdp_scaled": {  # a decimal times y, the power of ten of its decimals, with room for it
        "duckdb": "x * cast(y as decimal(38, 0))",
        "postgres": "x * y",
        "spark": "x * cast(y as decimal(38, 0))",
        "snowflake": "x * y",
        "bigquery": "cast(x as bignumeric) * y",
    },
    "cdp_digits": {  # a decimal times y, the power of ten of its decimals: its digits
        "duckdb": "cast(replace(cast(x as text), '.', '') as hugeint)",
        "postgres": "x * y",
        "spark": "cast(replace(cast(x as string), '.', '') as decimal(38, 0))",
        "snowflake": "cast(replace(cast(x as text), '.', '') as decimal(38, 0))",
        "bigquery": "x * y",
    },
    # Of whole numbers, y positive: rounded to 9 decimals, half away from zero. Where a
    # division does not keep 9 decimals exactly, the remainder is divided as whole numbers.
    "cdp_quotient": {
        "duckdb": """cast(
            (x // y) * 1000000000 + ((x % y) * 2000000000 + sign(x) * y) // (2 * y)
            as decimal(38, 0)) * 0.000000001""",
        "postgres": "round(round(x, 40) / y, 9)",
        "spark": """cast((x - x % y) / y as decimal(27, 0))
            + case when x < 0 then -1 else 1 end * cast(
                ((abs(x % y) * 2000000000 + y) - (abs(x % y) * 2000000000 + y) % (2 * y))
                / (2 * y) as decimal(10, 0)) * cast(0.000000001 as decimal(10, 9))""",
        "snowflake": """(x - mod(x, y)) / y + sign(x) * (
            (abs(mod(x, y)) * 2000000000 + y) - mod(abs(mod(x, y)) * 2000000000 + y, 2 * y)
            ) / (2 * y) * 0.000000001""",
        "bigquery": "round(x / y, 9)",
    },
    "cdp_day_number": {  # the days since a Monday, 1970-01-05
        "duckdb": "date_diff('day', cast('1970-01-05' as date), x)",
        "postgres": "x - cast('1970-01-05' as date)",
        "spark": "datediff(x, cast('1970-01-05' as date))",
        "snowflake": "datediff(day, cast('1970-01-05' as date), x)",
        "bigquery": "date_diff(x, cast('1970-01-05' as date), day)",
    },
    "cdp_not_later_than": {  # instant y is at most z seconds later than instant x
        "duckdb": "date_diff('microsecond', x, y) <= cast(z as bigint) * 1000000",
        "postgres": "y - x <= z * cast('1 second' as interval)",
        "spark": "y - x <= make_dt_interval(0, 0, 0, z)",
        "snowflake": "datediff(microsecond, x, y) <= z * 1000000",
        "bigquery": "timestamp_diff(timestamp(y), timestamp(x), microsecond) <= z * 1000000",
    },
    "cdp_strip_accents": {
        "duckdb": r"""
            replace(replace(
                case when regexp_matches(x, '[\p{Mc}\p{Me}]')
                    then array_to_string(list_transform(
                        regexp_extract_all(x, '(?s).'),
                        lambda letter: case when regexp_matches(letter, '[\p{Mc}\p{Me}]')
                            then letter else strip_accents(letter) end
                    ), '')
                    else strip_accents(x)
                end, 'đ', 'd'), 'Đ', 'D')
        """,
        "postgres": """
            replace(replace(regexp_replace(normalize(x, nfd), y, '', 'g'), 'đ', 'd'), 'Đ', 'D')
        """,
        "spark": r"translate(regexp_replace(x, '\\p{Mn}', ''), y, z)",
        "snowflake": "translate(x, y, z)",
        "bigquery": r"""
            replace(replace(regexp_replace(normalize(x, nfd), r'\p{Mn}', ''), 'đ', 'd'), 'Đ', 'D')
        """,
    },
    # The text without all that matches the pattern.
    "cdp_without": {
        "duckdb": "regexp_replace(x, y, '', 'g')",
        "postgres": "regexp_replace(x, y, '', 'g')",
        "spark": "regexp_replace(x, y, '')",
        "snowflake": "regexp_replace(x, y, '')",
        "bigquery": "regexp_replace(x, y, '')",
    },
    # Unicode form NFC. Where a warehouse cannot compose, text with marks of its own is none.
    "cdp_nfc": {
        "duckdb": "nfc_normalize(x)",
        "postgres": "normalize(x, nfc)",
        "spark": r"case when not x rlike '\\p{M}' then x end",
        "snowflake": "case when regexp_instr(x, y) = 0 then x end",
        "bigquery": "normalize(x, nfc)",
    },
    "cdp_sha256": {  # of the text in UTF-8, as 64 hexadecimal digits in small letters
        "duckdb": "sha256(x)",
        "postgres": "encode(sha256(convert_to(x, 'UTF8')), 'hex')",
        "spark": "sha2(x, 256)",
        "snowflake": "sha2(x, 256)",
        "bigquery": "to_hex(sha256(x))",
    },
    "cdp_sha256_base64": {
        "duckdb": "to_base64(unhex(sha256(x)))",
        "postgres": "encode(sha256(convert_to(x, 'UTF8')), 'base64')",
        "spark": "base64(unhex(sha2(x, 256)))",
        "snowflake": "base64_encode(sha2_binary(x, 256))",
        "bigquery": "to_base64(sha256(x))",
    },
    # Character by character: no word ends differently, no letter becomes two (7.47).
    "cdp_lower": {
        "duckdb": "lower(x)",
        "postgres": """lower(replace(replace(x, 'Σ', 'σ'), 'İ', 'i') collate "und-x-icu")""",
        "spark": "lower(replace(replace(x, 'Σ', 'σ'), 'İ', 'i'))",
        "snowflake": "lower(replace(replace(x, 'Σ', 'σ'), 'İ', 'i'))",
        "bigquery": "lower(replace(replace(x, 'Σ', 'σ'), 'İ', 'i'))",
    },
    "cdp_microseconds": {
        "duckdb": """
            make_timestamp((epoch_ns(x) - (epoch_ns(x) % 1000 + 1000) % 1000) // 1000)
        """,
        "postgres": "x",
        "spark": "x",
        "snowflake": "date_trunc('microsecond', x)",
        "bigquery": "x",
    },
    "cdp_code_points": {  # text in the order of its code points
        "duckdb": "x",
        "postgres": """(x collate "C")""",
        "spark": "x",
        "snowflake": "x",
        "bigquery": "x",
    },
    "cdp_fold_list": {
        "duckdb": "list_transform(x, lambda element: y)",
        "postgres": """
            case when not x is null then array(select y from unnest(x) as items(element)) end
        """,
        "spark": "transform(x, element -> y)",
        "snowflake": "transform(x, element -> y)",
        "bigquery": "case when not x is null then array(select y from unnest(x) as element) end",
    },
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
_MEANT = {
    "cdp_json_parsed": "a JSON path inside a column of text",
}


def dialect_of(adapter: str) -> str:
    """sqlglot's name of a dbt adapter's SQL. Raises UsageError for one we do not know."""
    known = {**{name: name for name in DIALECTS}, "databricks": "spark"}
    if adapter not in known:
        raise UsageError(
            f"audiences cannot be compiled for the warehouse '{adapter}' yet",
            remedy=f"supported are {', '.join(DIALECTS)}",
        )
    return known[adapter]


def call(name: str, *arguments: exp.Expr) -> exp.Expr:
    """A call of one of our functions."""
    return exp.Anonymous(this=name, expressions=list(arguments))


def is_ours(node: exp.Expr) -> TypeGuard[exp.Anonymous]:
    return isinstance(node, exp.Anonymous) and node.this in _TEMPLATES


def arguments_of(node: exp.Anonymous, dialect: str) -> list[exp.Expr]:
    """The arguments of one of our calls, a pattern as this warehouse writes it.

    Raises UsageError where the warehouse cannot say it.
    """
    if node.this in ("cdp_matches", "cdp_matches_any_case", "cdp_without"):
        return [node.expressions[0], _pattern(node.expressions[1], dialect)]
    return node.expressions


def written(name: str, arguments: list[exp.Expr], dialect: str) -> exp.Expr:
    """The call in this dialect. Raises UsageError where the warehouse cannot say it."""
    if dialect not in _TEMPLATES[name]:
        raise UsageError(
            f"{_MEANT[name]} cannot be said on {dialect} yet",
            remedy="compute it in a dbt model, as a column of its own",
        )
    given = dict(zip("xyz", [*arguments, *_letters(name, dialect)], strict=False))

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.lower() in given and not node.table:
            argument = given[node.name.lower()].copy()
            # What a template does with its argument binds closer than an operator in it.
            return exp.paren(argument) if _is_operation(argument) else argument
        return node

    filled = _parsed(name, dialect).copy().transform(fill)
    return exp.paren(filled, copy=False) if _is_operation(filled) else filled


def _pattern(literal: exp.Expr, dialect: str) -> exp.Expr:
    try:
        return exp.Literal.string(written_for(literal.name, dialect))
    except ValueError as error:
        raise UsageError(
            f"'matches' with {error} cannot be said on {dialect}",
            remedy="write the pattern without it, or compute it in a dbt model",
        ) from None


def _letters(name: str, dialect: str) -> list[exp.Expr]:
    """What a template needs to know of accents."""
    if name == "cdp_nfc":
        return [exp.Literal.string(class_of_marks())]
    if name != "cdp_strip_accents":
        return []
    if dialect == "postgres":
        return [exp.Literal.string(class_of_marks())]
    accented, bases = letters()
    # Letters that are given no base are taken away.
    more = marks() if dialect == "snowflake" else ""
    return [exp.Literal.string(accented + more), exp.Literal.string(bases)]


def _is_operation(node: exp.Expr) -> bool:
    return isinstance(node, exp.Binary) and not isinstance(node, exp.Func)


@cache
def _parsed(name: str, dialect: str) -> exp.Expr:
    return parse_one(_TEMPLATES[name][dialect], dialect=dialect)
