"""The SQL of our functions in every dialect, whose arguments are x, y and z."""

from __future__ import annotations

from cdp_activate.audiences.json_templates import JSON

TEMPLATES: dict[str, dict[str, str]] = {
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
    "cdp_group": {  # a double to partition by, which BigQuery does by text; -0 + 0 is 0
        "duckdb": "x",
        "postgres": "x",
        "spark": "x",
        "snowflake": "x",
        "bigquery": "cast(x + 0 as string)",
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
    # Marks are of category Mn alone; DuckDB's function takes those of Mc and Me too. Letters
    # that a warehouse cannot decompose are translated: y to z (7.48).
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
    # The same where the pattern is of white space at the ends. Most texts have none, which DuckDB
    # and PostgreSQL see sooner by their first and last letter.
    "cdp_trimmed": {
        "duckdb": """
            case when x[1] between '!' and '~' and x[-1] between '!' and '~' then x
                else regexp_replace(x, y, '', 'g') end
        """,
        "postgres": """
            case when ascii(x) between 33 and 126 and ascii(right(x, 1)) between 33 and 126 then x
                else regexp_replace(x, y, '', 'g') end
        """,
        "spark": "regexp_replace(x, y, '')",
        "snowflake": "regexp_replace(x, y, '')",
        "bigquery": "regexp_replace(x, y, '')",
    },
    # Equal where two texts are, and for all practical purposes only there: one chance in 2^64
    # on DuckDB, whose joins hold a number where they would hold a long text.
    "cdp_hash": {
        "duckdb": "hash(x)",
        "postgres": "x",
        "spark": "x",
        "snowflake": "x",
        "bigquery": "x",
    },
    # Unicode form NFC. Where a warehouse cannot compose, text with marks of its own is none.
    "cdp_nfc": {
        "duckdb": "nfc_normalize(x)",
        # To normalise takes long; what has a byte for each letter is ASCII, and in that form.
        "postgres": """
            case when octet_length(x) = length(x) then x else normalize(x, nfc) end
        """,
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
    **JSON,
}
