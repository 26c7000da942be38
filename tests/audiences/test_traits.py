"""`trait:` and what stands beside it, worked out by hand, on DuckDB and PostgreSQL.

JSON paths (7.52), patterns (7.49), accents and case (7.47, 7.48), traits on the right side,
traits of related entities, rankings of them, `list:` of a seed, `sql:`.
"""

from __future__ import annotations

import json
import unicodedata
from datetime import date
from typing import Any

import pytest
from mistakes import HEAD
from neighbours import Shop, problems, shop, sql_of  # noqa: F401
from world import Row, people

from cdp_activate.audiences.accents import without_accents
from cdp_activate.errors import UsageError

# JSON ...


def profiles(*written: Any) -> list[Row]:
    return people(profile=[None if one is None else json.dumps(one) for one in written])


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("trait: profile.language, eq: vi", ["c1"]),
        ("trait: profile.language, is_null: true", ["c2", "c3", "c4"]),
        ("trait: profile.language, ne: vi, nulls: include", ["c2", "c3", "c4"]),
        ("trait: profile.pets.count, gte: 2", ["c1"]),
        ("trait: profile.pets.count, is_null: true", ["c2", "c3", "c4"]),
        ("trait: profile.score, lt: 0.2", ["c1", "c3"]),
        ("trait: profile.score, eq: 0.1", ["c1"]),
        ("trait: profile.vip, is: true", ["c1"]),
        ("trait: profile.vip, is_null: true", ["c2", "c3", "c4"]),
        ("trait: profile.born, before: 2000-03-01", ["c1"]),
        ("trait: profile.born, is_null: true", ["c2", "c3", "c4"]),
        ("trait: profile.seen, on: 2026-01-02", ["c1", "c3"]),
        ("trait: profile.hobbies, contains: chess", ["c1"]),
        ("trait: profile.hobbies, length: {eq: 3}", ["c1"]),
        ("trait: profile.hobbies, contains_none: [chess]", ["c2"]),
    ],
)
def test_a_json_path_has_the_type_that_is_declared(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """A missing path, JSON null or a value of another type is NULL (7.52)."""
    customers = profiles(
        {
            "language": "vi", "pets": {"count": 2}, "score": 0.1, "vip": True,
            "born": "2000-02-29", "seen": "2026-01-02T08:00:00Z", "hobbies": ["chess", None, 1],
        },
        {
            "language": None, "pets": {"count": "2"}, "score": "0.1", "vip": "true",
            "born": "2001-02-29", "seen": "2026-02-30T00:00", "hobbies": [],
        },
        {
            "language": 7, "pets": 2, "score": -3, "vip": 1, "born": 20000229,
            "seen": "2026-01-03T01:00:00+07:00", "hobbies": "chess",
        },
        None,
    )  # fmt: skip
    assert expected == shop.chosen(f"where: {{{asked}}}", customers=customers)


# Patterns ...

PATTERNS = [
    # pattern, texts it is found in, texts it is not
    ("a.c", ["abc", "xabcx", "aéc"], ["a\nc", "ac"]),
    ("c$", ["abc"], ["abc\n"]),
    ("^a", ["abc"], ["\nabc"]),
    (r"\d", ["x1"], ["x٣"]),
    (r"^\w+$", ["ab_1"], ["é", "a-b"]),
    (r"\bcat\b", ["a cat.", "écat"], ["cats"]),
    (r"x\Sy", ["x\u00a0y", "xzy"], ["x y", "x\ny"]),
    (r"^\s$", ["\t"], ["\u00a0"]),
    (r"[^a]", ["b", "\n"], ["a", ""]),
    (r"[\d.-]+$", ["1.5-", "."], ["x"]),
    (r"[\W]", ["é", "-"], ["a"]),
    (r"^(ab|c){2}$", ["abc", "cc"], ["ab"]),
    (r"a{2,}?", ["aa"], ["a"]),
    (r"\.\*\\", [".*\\"], ["abc"]),
    (r"[\]\\^-]", ["]", "\\", "^", "-"], ["a"]),
    (r"^$", [""], ["\n"]),
    (r"a|", ["", "b"], []),
    (r"(?:Đ|đ)", ["đ"], ["d"]),
    (r"^\x41\t$", ["A\t"], ["a\t"]),
    (r"it's \"50%\" #1 & [{}~]", ['it\'s "50%" #1 & ~'], ["50%"]),
    (r"[a-c&&b]", ["&", "a"], ["d"]),
    (r"^[ \v\f\r]+$", ["\v\f\r"], ["\n"]),
]


@pytest.mark.parametrize(("pattern", "found", "missing"), PATTERNS)
def test_a_pattern_means_the_same_everywhere(
    shop: Shop,  # noqa: F811
    pattern: str,
    found: list[str],
    missing: list[str],
) -> None:
    """What it means to RE2 (7.49)."""
    customers = people(name=[*found, *missing])
    body = "where: " + json.dumps({"trait": "name", "matches": pattern})
    assert [f"c{place + 1}" for place in range(len(found))] == shop.chosen(
        body, customers=customers
    )


@pytest.mark.parametrize(
    "pattern",
    [
        "a(?=b)", "(?<!a)b", r"(a)\1", "(?i)a", "a++", "a*+", "[[:alpha:]]", r"\p{L}", r"\Qa\E",
        "a**", "^*", r"\b+", "a{2}{3}", "a{1001}", "{", "(?P<x>a)", r"\k<x>", "(?#note)",
    ],
)  # fmt: skip
def test_what_warehouses_read_differently_is_refused(pattern: str) -> None:
    """Look-around, back-references, flags, possessive quantifiers ... with what to do."""
    (problem,) = problems(HEAD + "where: " + json.dumps({"trait": "name", "matches": pattern}))
    assert "not mean the same" in problem.message or "not a regular" in problem.message


def test_a_repetition_beyond_postgresql_is_an_error_that_names_it() -> None:
    """It counts to 255, the others to 1,000."""
    text = 'audience: tested\nwhere: {trait: name, matches: "a{256}"}'
    assert "a{256}" in sql_of(text)
    with pytest.raises(UsageError, match=r"'matches' with the repetition \{256\}.*postgres"):
        sql_of(text, "postgres")


# Text ...

TEXTS = [
    "Đặng Thị Hằng", "dang thi hang", "ÇA VA", "i", "ΟΔΟΣ", "1\ufe0f\u20e3", "का", "x\u0301\u0328",
]  # fmt: skip


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_accents_are_stripped_alike_in_both_forms(shop: Shop, form: Any) -> None:  # noqa: F811
    """Marks of category Mn alone, case kept; đ becomes d (7.48)."""
    for text in TEXTS:
        customers = people(name=[unicodedata.normalize(form, text), "other"])
        asked = {"trait": "name", "eq": without_accents(text), "accents": "insensitive"}
        assert ["c1"] == shop.chosen("where: " + json.dumps(asked), customers=customers), text
    assert "1\u20e3" == without_accents("1\ufe0f\u20e3")


def test_without_the_option_nothing_is_normalised(shop: Shop) -> None:  # noqa: F811
    """NFC and NFD differ (7.48)."""
    customers = people(name=["ế", unicodedata.normalize("NFD", "ế")])
    assert ["c1"] == shop.chosen("where: {trait: name, eq: ế}", customers=customers)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("eq: οδοσ, case: insensitive", ["c5"]),
        ("eq: i, case: insensitive", ["c4", "c6"]),
        ("starts_with: DẶNG, case: insensitive, accents: insensitive", ["c1"]),
        ("matches: ^dặng, case: insensitive, accents: insensitive", ["c1"]),
        ("matches: ÇA, case: insensitive", ["c3"]),
        ("contains: thi, accents: insensitive", []),
        ("contains: Thi, accents: insensitive", ["c1"]),
    ],
)
def test_case_is_folded_character_by_character(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """Simple mapping: no final sigma, one letter for İ (7.47)."""
    customers = people(name=["Đặng Thị", "ẞ", "ça va", "I", "ΟΔΟΣ", "İ"])
    assert expected == shop.chosen(f"where: {{trait: name, {asked}}}", customers=customers)


def test_options_reach_the_elements_of_a_list(shop: Shop) -> None:  # noqa: F811
    """A NULL element equals nothing and counts (7.46, 7.48)."""
    customers = people(labels=[["Hà Nội", None], ["ha noi"], [], None])
    asked = "trait: labels, contains: hà nội, case: insensitive, accents: insensitive"
    assert ["c1", "c2"] == shop.chosen(f"where: {{{asked}}}", customers=customers)
    asked = "trait: labels, contains_none: [HA NOI], case: insensitive"
    assert ["c1", "c3"] == shop.chosen(f"where: {{{asked}}}", customers=customers)
    asked = "trait: labels, contains_none: [HA NOI], nulls: include"
    assert ["c1", "c2", "c3", "c4"] == shop.chosen(f"where: {{{asked}}}", customers=customers)
    asked = "trait: labels, length: {eq: 2}"
    assert ["c1"] == shop.chosen(f"where: {{{asked}}}", customers=customers)


# Other traits ...


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("trait: spend, gt: {trait: budget}", ["c1"]),
        ("trait: spend, gt: {trait: budget}, nulls: include", ["c1", "c3"]),
        ("trait: score, eq: {trait: account.employees}", ["c2"]),
        ("trait: account.employees, gte: {trait: score}", ["c1", "c2"]),
        ("trait: born, before: {trait: renews}", ["c1"]),
        ("trait: born, after: {trait: renews}", ["c2"]),
        ("trait: name, contains: {trait: nickname}", ["c1", "c2"]),
        ("trait: name, not_contains: {trait: nickname}", ["c4"]),
        ("trait: name, starts_with: {trait: nickname}, case: insensitive", ["c1", "c2"]),
        ("trait: labels, contains: {trait: nickname}", ["c1"]),
        ("trait: account.plan, eq: team", ["c1", "c2"]),
        ("trait: account.owner.name, eq: Anna", ["c1", "c2"]),
        ("trait: account.owner.profile.language, eq: vi", ["c1", "c2"]),
    ],
)
def test_traits_are_compared_with_traits_near_and_far(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """NULL on either side is unknown; `nulls: include` counts both (7.43)."""
    customers = people(
        spend=[2, 1, 1, 1], budget=[1, 1, None, 1], score=[3, 5, 5, 5],
        account_id=[1, 1, None, 9], name=["Anna", "Bo", "Cy", "Di"],
        nickname=["An", "", None, "x"], labels=[["An"], ["Bo"], ["c"], None],
        born=[date(2000, 1, 1), date(2000, 1, 2), None, date(2000, 1, 1)],
        renews=[date(2000, 1, 2), date(2000, 1, 1), None, date(2000, 1, 1)],
        profile=['{"language": "vi"}', None, None, None],
    )  # fmt: skip
    accounts = [{"account_id": 1, "plan": "team", "employees": 5, "owner_id": "c1"}]
    found = shop.chosen(f"where: {{{asked}}}", customers=customers, accounts=accounts)
    assert expected == found


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("top_percent: 34", ["c1", "c2"]),
        ("bottom_percent: 1", ["c4"]),
        ("percentile: {gte: 100}", ["c3"]),
        ("percentile: {lt: 50}", ["c1", "c2", "c4"]),
    ],
)
def test_a_trait_of_a_related_entity_is_ranked_over_all_rows(
    shop: Shop,  # noqa: F811
    asked: str,
    expected: list[str],
) -> None:
    """All rows of the entity with a value, ties by key (7.39)."""
    customers = people(account_id=[2, 2, 3, 1, None])
    accounts = [{"account_id": number, "employees": number} for number in (1, 2, 3)]
    if asked == "top_percent: 34":
        expected = ["c1", "c3"]  # ceil(34% of 4) is 2: c3, then c1 before c2
    if asked == "percentile: {lt: 50}":
        expected = ["c1", "c2", "c4"]
    body = f"where: {{trait: account.employees, {asked}}}"
    assert expected == shop.chosen(body, customers=customers, accounts=accounts)


def test_rank_may_be_by_a_related_trait_in_groups_of_another(shop: Shop) -> None:  # noqa: F811
    """Ties by key; NULL is a group of its own (7.40)."""
    customers = people(account_id=[1, 1, 2, None], tier=["gold", "silver", "gold", None])
    accounts = [{"account_id": 1, "employees": 9, "plan": "team"}, {"account_id": 2}]
    body = "rank: {by: account.employees, top: 1, per: account.plan}"
    assert ["c1", "c3"] == shop.chosen(body, customers=customers, accounts=accounts)


def test_keys_of_text_are_ordered_by_code_point(shop: Shop) -> None:  # noqa: F811
    """Capitals before small letters, in every warehouse (7.11)."""
    customers = [{"customer_id": key, "score": 1} for key in ("b", "B", "a", "Z", "é")]
    assert ["B", "Z"] == shop.chosen("rank: {by: score, top: 2}", customers=customers)
    assert ["B"] == shop.chosen("where: {trait: score, top_percent: 20}", customers=customers)


# Lists and SQL ...


def test_a_seed_lists_keys_as_text(shop: Shop) -> None:  # noqa: F811
    """The column of the entity's key, else the only one (7.54)."""
    seed = [{"customer_id": key} for key in ("c1", "c1", None, "c9")]
    data = {"customers": people(2), "vip_ids": seed}
    assert ["c1"] == shop.chosen("where: {list: {seed: vip_ids}}", **data)
    assert ["c2"] == shop.chosen("exclude: [{list: {seed: vip_ids}}]", **data)
    accounts = [{"account_id": number} for number in (1, 2)]
    body = "entity: account\nwhere: {list: {seed: numbers}}"
    assert [2] == shop.chosen(body, accounts=accounts, numbers=[{"number": 2}, {"number": None}])


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("score > spend and tier = 'gold'", ["c1"]),
        ("coalesce(score, 0) * 2 >= 4", ["c1", "c2"]),
        ("active", ["c1"]),
        ("case when tier = 'gold' then active else score > 1 end", ["c1", "c2"]),
        ("lower(name) like 'an%'", ["c1"]),
        ("'x''); drop table customers; --' = name", []),
        ('"order" is null', ["c1", "c2", "c3"]),
    ],
)
def test_sql_is_one_expression_over_the_entitys_columns(
    shop: Shop,  # noqa: F811
    written: str,
    expected: list[str],
) -> None:
    """Unknown does not hold, as anywhere."""
    customers = people(
        score=[3, 2, None], spend=[1, 2, 3], tier=["gold", "silver", "gold"],
        active=[True, None, False], name=["Anna", "Bo", "Cy"],
    )  # fmt: skip
    body = "where: " + json.dumps({"sql": written})
    assert expected == shop.chosen(body, customers=customers)
    rest = [key for key in ("c1", "c2", "c3") if key not in expected]
    assert rest == shop.chosen(
        "where: " + json.dumps({"not": {"sql": written}}), customers=customers
    )


@pytest.mark.parametrize(
    "written",
    [
        "score", "score + 1", "select true", "true; drop table customers", "exists (select 1)",
        "score in (select 1)", "score > (select max(score) from customers)", "random() > 0.5",
        "current_date > born", "now() > seen_at", "max(score) > 1", "sum(score) over () > 1",
        "row_number() over () = 1", "customers.score > 1", "missing > 1", "read_csv('x') is null",
        "getenv('HOME') = 'x'", "", "score > 1 as x", "score > 1, true", "true from customers",
        "true where true", "score > ?", "score > $1", "score > :x", "pg_sleep(1) is null",
        "nextval('s') > 1", "uuid() = token", "* = 1", "true union select true", "score >",
        "{{ env_var('X') }} = 1", "(select true)", "true -- note\n; select 1",
        "list_transform(labels, x -> x) is null", "score := 1", "true group by 1", "true limit 1",
        "seen_at > 'now'", "born = ' TODAY '", "cast('now' as timestamp) is null",
        "cast(name || 'x' as date) = 'tomorrow'",
    ],
)  # fmt: skip
def test_sql_that_is_more_is_refused(written: str) -> None:
    """A subquery, an aggregate, the clock, chance, a statement, another table ..."""
    (problem,) = problems(HEAD + "where: " + json.dumps({"sql": written}))
    assert (2, "'sql'" in problem.message) == (problem.line, True)


def test_sql_keeps_its_meaning_on_snowflake() -> None:
    """It has no `is true`, and `not active` alone would lose the unknown."""
    text = "audience: tested\nwhere: {sql: active is not true}\n"
    assert "not coalesce(customers.active, false)" in sql_of(text, "snowflake")
    text = text.replace("not true", "false")
    assert "coalesce(not customers.active, false)" in sql_of(text, "snowflake")


def test_a_whole_number_that_bigquery_has_no_literal_for_is_cast() -> None:
    """One more than INT64 holds."""
    text = "audience: tested\nwhere: {trait: big, between: [9223372036854775807, 2e19]}\n"
    ends = "9223372036854775807 and cast('20000000000000000000' as bignumeric)"
    assert ends in sql_of(text, "bigquery")


MISTAKES = [
    ("where: {trait: profile.langauge, eq: vi}", "2:16", "not declared inside", "'language'"),
    ("where: {trait: name.first, eq: x}", "2:16", "'name' is a text: it has no 'first'", ""),
    ("where: {trait: account.plam, eq: x}", "2:16", "unknown trait 'plam' of account", "'plan'"),
    ("where: {trait: born, before: {trait: seen_at}}", "2:38", "is a timestamp", "one type"),
    ("where: {trait: name, matches: {trait: nickname}}", "2:31", "takes no trait", "contains"),
    ("where: {list: {seed: vips}}", "2:22", "unknown seed 'vips'", "vip_ids"),
    ("where: {list: {seed: vip_ids, column: id}}", "2:39", "no column 'id'", "customer_id"),
]


@pytest.mark.parametrize(("written", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_shown_at_its_place(written: str, place: str, message: str, hint: str) -> None:
    """With what to do."""
    (problem,) = problems(HEAD + written)
    assert place == f"{problem.line}:{problem.column}"
    assert message in problem.message
    assert hint in problem.hint


def test_a_json_time_without_an_offset_is_utc(shop: Shop) -> None:  # noqa: F811
    """As a column without a zone is (7.9)."""
    customers = profiles({"seen": "2026-01-02T00:00"}, {"seen": "2026-01-01 23:59:59.999999"})
    body = "where: {trait: profile.seen, on: 2026-01-02}"
    assert ["c1"] == shop.chosen(body, customers=customers)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("eq: 2026-01-02T08:00:00.000001", ["c1", "c2"]),
        ("after: 2026-01-02T08:00:00.000001", ["c3"]),
        ("before: 2026-01-02T08:00:00.000002", ["c1", "c2"]),
        ("eq: {trait: seen_at}", ["c2"]),
    ],
)
def test_times_are_truncated_to_microseconds(asked: str, expected: list[str]) -> None:
    """Before they are compared, where a column has more (7.30); PostgreSQL has none."""
    customers = people(
        measured_at=[f"2026-01-02 08:00:00.00000{rest}" for rest in ("1000", "1999", "2000")],
        seen_at=[None, "2026-01-02 08:00:00.000001", None],
    )
    assert expected == Shop(None).chosen(
        f"where: {{trait: measured_at, {asked}}}", customers=customers
    )


@pytest.mark.parametrize("asked", ["synced_at, eq: {trait: %s}", "%s, eq: {trait: synced_at}"])
@pytest.mark.parametrize("naive", ["seen_at", "local_at"])
def test_instants_are_compared_with_and_without_a_zone(
    shop: Shop,  # noqa: F811
    asked: str,
    naive: str,
) -> None:
    """One without is read as UTC, or in the zone that its column declares (7.9)."""
    hour = {"seen_at": "08", "local_at": "15"}[naive]
    customers = people(synced_at=["2026-01-02 08:00:00+00:00"] * 2)
    customers[0][naive] = f"2026-01-02 {hour}:00:00"
    customers[1][naive] = "2026-01-02 09:00:00"
    body = f"where: {{trait: {asked % naive}}}"
    assert ["c1"] == shop.chosen(body, customers=customers)
