"""What warehouses write differently: our functions, and the SQL of each in every dialect.

A tree calls `cdp_..` functions; `written` replaces them, last, by these templates, whose
x, y and z are the arguments. A warehouse that is not named cannot say it.
"""

from __future__ import annotations

from functools import cache

from sqlglot import exp, parse_one

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
        "postgres": "x ~* y",
        "spark": "x rlike concat('(?i)', y)",
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
    "cdp_median": {
        "duckdb": "median(x)",
        "postgres": "percentile_cont(0.5) within group (order by x)",
        "spark": "percentile(x, 0.5)",
        "snowflake": "median(x)",
    },
    # Rounded to 9 decimals, half away from zero (7.32, 7.65).
    "cdp_round": {
        "duckdb": "round(x, 9)",
        "postgres": "round(cast(x as decimal), 9)",
        "spark": "round(x, 9)",
        "snowflake": "round(x, 9)",
        "bigquery": "round(x, 9)",
    },
    "cdp_strip_accents": {
        "duckdb": "replace(replace(strip_accents(x), 'đ', 'd'), 'Đ', 'D')",
    },
    "cdp_fold_list": {
        "duckdb": "list_transform(x, lambda element: y)",
        "spark": "transform(x, element -> y)",
        "snowflake": "transform(x, element -> y)",
        "bigquery": "array(select y from unnest(x) as element)",
    },
}
_MEANT = {
    "cdp_strip_accents": "'accents: insensitive'",
    "cdp_median": "the measure 'median'",
    "cdp_fold_list": "'case: insensitive' on a list",
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


def is_ours(node: exp.Expr) -> bool:
    return isinstance(node, exp.Anonymous) and node.this in _TEMPLATES


def written(name: str, arguments: list[exp.Expr], dialect: str) -> exp.Expr:
    """The call in this dialect. Raises UsageError where the warehouse cannot say it."""
    if dialect not in _TEMPLATES[name]:
        raise UsageError(
            f"{_MEANT[name]} cannot be said on {dialect} yet",
            remedy="compute it in a dbt model, as a column of its own",
        )
    given = dict(zip("xyz", arguments, strict=False))

    def fill(node: exp.Expr) -> exp.Expr:
        if isinstance(node, exp.Column) and node.name.lower() in given and not node.table:
            argument = given[node.name.lower()].copy()
            # What a template does with its argument binds closer than an operator in it.
            return exp.paren(argument) if _is_operation(argument) else argument
        return node

    filled = _parsed(name, dialect).copy().transform(fill)
    return exp.paren(filled, copy=False) if _is_operation(filled) else filled


def _is_operation(node: exp.Expr) -> bool:
    return isinstance(node, exp.Binary) and not isinstance(node, exp.Func)


@cache
def _parsed(name: str, dialect: str) -> exp.Expr:
    return parse_one(_TEMPLATES[name][dialect], dialect=dialect)
