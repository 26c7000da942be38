"""Mistakes in audiences: each with its place, what is wrong, and what to do about it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from world import catalog

from cdp_activate.audiences.read import read_audiences
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.text import parse, read

KNOWN = catalog()


def problems(text: str) -> tuple[Problem, ...]:
    """The mistakes of a YAML text."""
    with pytest.raises(SourceErrors) as caught:
        read_audiences(parse(text, "cart.yml"), KNOWN)
    return caught.value.problems


HEAD = "audience: cart\n"

MISTAKES: list[tuple[str, str, str, str]] = [
    # what follows the head, the place, a part of the message, a part of the hint
    (
        "where: {event: order_place}",
        "2:16",
        "unknown event 'order_place'",
        "did you mean 'order_placed'",
    ),
    ("where: {event: [viewed, vewed]}", "2:25", "unknown event 'vewed'", "did you mean 'viewed'"),
    ("where: {event: }", "2:16", "unknown event ''", "known events: call_made"),
    ("where: {event: []}", "2:16", "'event' is empty", "at least one"),
    ("where: {trait: scor, gt: 1}", "2:16", "unknown trait 'scor' of customer", "'score'"),
    ("where: {trait: account.plam, eq: a}", "2:16", "unknown trait 'plam' of account", "'plan'"),
    ("where: {stage: activ}", "2:16", "unknown stage 'activ'", "did you mean 'active'"),
    ("where: {stage: new, track: suport}", "2:28", "unknown track 'suport'", "'support'"),
    ("where: {stage: new, from: noone}", "2:27", "unknown stage 'noone'", "known stages"),
    ("where: {consent: add}", "2:18", "unknown purpose 'add'", "did you mean 'ads'"),
    ("where: {audience: carts}", "2:19", "unknown audience 'carts'", "did you mean 'cart'"),
    ("exclude: [carts]", "2:11", "unknown audience 'carts'", "did you mean 'cart'"),
    ("entity: custommer", "2:9", "unknown entity 'custommer'", "did you mean 'customer'"),
    ("timezone: Saigon", "2:11", "unknown time zone 'Saigon'", "Asia/Ho_Chi_Minh"),
    ("timezone: localtime", "2:11", "unknown time zone 'localtime'", "Europe/Berlin"),
    ("wher: {trait: score, gt: 1}", "2:1", "unknown key 'wher'", "did you mean 'where'"),
    ("where: {trait: score, gtt: 1}", "2:23", "unknown operator 'gtt'", "did you mean 'gt'"),
    ("where: {event: viewed, with: 1 day}", "2:24", "unknown key 'with'", "'within'"),
    ("where: {event: viewed, where: {amout: 1}}", "2:32", "unknown property 'amout'", "'amount'"),
    ("where: {event: viewed, where: {amount: {gtt: 1}}}", "2:41", "unknown operator 'gtt'", "'gt'"),
    (
        "where: {event: viewed, sum: {of: amout, gt: 1}}",
        "2:34",
        "unknown property 'amout'",
        "'amount'",
    ),
    ("where: {event: viewed, sum: {gt: 1}}", "2:29", "'sum' needs `of:`", "of: net_amount"),
    ("where: {event: viewed, sum: {of: status, gt: 1}}", "2:34", "sum does not take it", ""),
    (
        "where: {event: order_placed, max: {of: amount}}",
        "2:35",
        "say what 'max' must be",
        "operators",
    ),
    (
        "where: {event: viewed, count: 1, sum: {of: amount, gt: 1}}",
        "2:39",
        "takes one measure",
        "own",
    ),
    (
        "where: {trait: score, contains: a}",
        "2:23",
        "'contains' cannot be asked of a number",
        "between",
    ),
    ("where: {trait: name, gt: a}", "2:22", "'gt' cannot be asked of a text", "contains"),
    ("where: {trait: born, hour: 3}", "2:22", "'hour' cannot be asked of a date", "weekday"),
    ("where: {trait: labels, eq: a}", "2:24", "cannot be asked of a list of text", "contains_any"),
    (
        "where: {trait: score, eq: '1'}",
        "2:27",
        "'score' is a number, this is text",
        "without quotes",
    ),
    ("where: {trait: name, eq: 1}", "2:26", "'name' is text, this is a number", "write '1'"),
    ("where: {trait: active, is: yes}", "2:28", "'active' is true or false, this is text", ""),
    ("where: {trait: tier, eq: Gold}", "2:26", "'tier' is never 'Gold'", "did you mean 'gold'"),
    ("where: {trait: score, gt: [1]}", "2:27", "expected a number", "one value"),
    ("where: {trait: score, between: [1]}", "2:32", "expected a list: [low, high]", ""),
    (
        "where: {trait: score, nulls: include}",
        "2:8",
        "say what 'score' must be",
        "operators: between",
    ),
    ("where: {trait: score, gt: 1, nulls: keep}", "2:37", "'nulls' can only be include", ""),
    ("where: {trait: score, gt: 1, case: insensitive}", "2:36", "'case' is about text", ""),
    ("where: {trait: score, gt: .nan}", "2:27", "compared with NaN", "is_null"),
    ("where: {trait: score, gt: 1e9999999}", "2:27", "a number that no warehouse holds", ""),
    (
        "where: {trait: born, eq: {trait: name}}",
        "2:34",
        "'name' is a text, 'born' is a date",
        "one type",
    ),
    ("where: {trait: score, in: {trait: big}}", "2:27", "'in' takes no trait", "gte"),
    (
        "where: {trait: score, gt: 1, event: viewed}",
        "2:30",
        "has both 'trait' and 'event'",
        "`all:`",
    ),
    ("where: {all: []}", "2:14", "'all' is empty", "add a condition"),
    ("where: []", "2:8", "'all' is empty", "add a condition"),
    ("where: {any: []}", "2:14", "'any' is empty", "add a condition"),
    ("where: {}", "2:8", "an empty condition", "kinds: all"),
    ("where: {trait: name, in: []}", "2:26", "expected a list: [one, two]", ""),
    ("where: {list: []}", "2:15", "'list' takes a list of ids", "[c1, c2]"),
    ("where: {trait: seen_at, weekday: []}", "2:34", "'weekday' takes a list", ""),
    ("where: {trait: name, in: [a, null]}", "2:30", "compared with null", "`nulls: include`"),
    ("where: {trait: name, eq: null}", "2:26", "compared with null", "`is_null: true`"),
    ("where: {not: [{trait: score, gt: 1}]}", "2:14", "'not' takes one condition", "any: [..]"),
    ("where: {event: viewed, within: 1 month}", "2:32", "has no fixed length: say '30 days'", ""),
    ("where: {event: viewed, within: soon}", "2:32", "such as '7 days'", ""),
    ("where: {event: viewed, between_ago: [1 day, 2 days]}", "2:37", "the longer length first", ""),
    ("where: {event: viewed, this: fortnight}", "2:30", "a period is 'day', 'week'", ""),
    ("where: {trait: seen_at, eq: 2026-01-01}", "2:29", "ask `on:` for a whole day", ""),
    ("where: {trait: seen_at, before: 2026-02-30}", "2:33", "there is no day 2026-02-30", ""),
    ("where: {trait: born, last: 24 hours}", "2:28", "give whole days or weeks", ""),
    ("where: {trait: score, top_percent: 101}", "2:36", "a percentage from 0 to 100", "such as 10"),
    ("where: {stage: new, ever: yes}", "2:27", "'ever' is true or false", ""),
    ("where: {sample: {percent: 10, salt: [a]}}", "2:37", "'salt' is text", "quotes"),
    ("holdout: {percent: nan}", "2:20", "a percentage from 0 to 100", "such as 10"),
    ("holdout: {percent: 1, slat: s}", "2:23", "unknown key 'slat'", "did you mean 'salt'"),
    ("variants: {a: 50, holdout: 50}", "2:19", "cannot be the name of a variant", "`holdout:`"),
    ("rank: {by: score}", "2:7", "either top or top_percent", "top: 1000"),
    ("rank: {by: active, top: 1}", "2:12", "has no order", ""),
    (
        "rank: {by: {event: viewed, sum: {of: amount, gt: 1}}, top: 1}",
        "2:46",
        "is not compared",
        "leave out 'gt'",
    ),
    ("expect: {size: {min: -1}}", "2:22", "a whole number, at least 0", ""),
    ("expect: {max_change: .nan}", "2:22", "a percentage such as 40%", ""),
    ("publish: maybe", "2:10", "'publish' is true or false", ""),
    ("where: {colour: red}", "2:9", "'colour' is no kind of condition", "kinds: all"),
    ("where: score", "2:8", "a condition is a mapping", "trait: country"),
]


@pytest.mark.parametrize(("written", "place", "message", "hint"), MISTAKES)
def test_a_mistake_is_shown_at_its_place(written: str, place: str, message: str, hint: str) -> None:
    """File, line and column, what is wrong and what to do; and nothing else is reported."""
    (problem,) = problems(HEAD + written + "\n")
    assert f"{problem.path}:{problem.line}:{problem.column}" == f"cart.yml:{place}"
    assert message in problem.message
    assert hint in problem.hint
    assert problem.text == written


def test_the_line_itself_is_shown_with_the_place_marked() -> None:
    """The form of section 6 of the page."""
    (problem,) = problems("audience: cart\nwhere:\n  - event: order_place\n")
    head, line, pointer = problem.render().splitlines()
    assert head == "cart.yml:3:12  unknown event 'order_place'"
    assert line == "   3 |   - event: order_place"
    assert pointer.startswith("     |            ^^^^^^^^^^^ did you mean 'order_placed'?")
    assert pointer.endswith("(cdp-activate catalog)")


def test_all_mistakes_of_all_files_are_shown_at_once_in_order() -> None:
    """A part that is wrong does not hide the others."""
    text = """audience: cart
wher: 1
where:
  - trait: scor
  - {event: vewed, within: 1 month, where: {amout: 1}}
  - any: [{stage: nw}, {consent: ad}]
holdout: {percent: 200}
---
audience: second
where: {audience: third}
"""
    lines = [(problem.line, problem.message.split("'")[1]) for problem in problems(text)[:4]]
    assert lines == [(2, "wher"), (4, "scor"), (5, "vewed"), (6, "nw")]
    assert [problem.line for problem in problems(text)] == [2, 4, 5, 6, 6, 7, 10]


def test_a_wrong_value_that_is_repeated_by_an_alias_is_one_mistake() -> None:
    """It is written once, so it is mended once."""
    text = HEAD + "where: [&a {trait: scor, gt: 1}, *a]\n"
    assert len(problems(text)) == 1


def test_a_window_of_two_tables_is_one_mistake() -> None:
    """Not one for each table."""
    (problem,) = problems(HEAD + "where: {event: [viewed, order_placed], within: soon}\n")
    assert problem.column == 48


def test_two_audiences_of_one_name_are_refused() -> None:
    """The second is marked, the first is named with its file."""
    first = parse("audience: cart\n", "a.yml")
    second = parse("label: x\naudience: cart\n", "b.yml")
    with pytest.raises(SourceErrors) as caught:
        read_audiences([*first, *second], KNOWN)
    (problem,) = caught.value.problems
    assert (problem.path, problem.line) == ("b.yml", 2)
    assert "a.yml, line 1" in problem.hint


def test_a_circle_of_audiences_is_printed() -> None:
    """From its alphabetically first name."""
    text = """audience: b
where: {audience: c}
---
audience: c
where: {not: {audience: a}}
---
audience: a
exclude: [b]
"""
    (problem,) = problems(text)
    assert "a -> b -> c -> a" in problem.message
    assert (problem.line, problem.column) == (8, 11)


def test_an_audience_of_another_entity_cannot_be_named() -> None:
    """Their keys are not the same."""
    text = "audience: a\nwhere: {audience: b}\n---\naudience: b\nentity: account\n"
    (problem,) = problems(text)
    assert "'b' is of account, this one of customer" in problem.message


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("audience: a\nlabel: x\nlabel: y\n", (3, 1), "duplicate key 'label'"),
        ("audience: a\nwhere:\n\t- stage: new\n", (3, 1), "not valid YAML"),
        ("audience: a\nwhere: [\n", (3, 1), "not valid YAML"),
        ("audience: a\nlabel: ü\x07b\n", (2, 9), "control character (U+0007)"),
        ('audience: a\nlabel: "x\\0"\n', (2, 8), "the character \\0"),
        ("audience: a\nlabel: *gone\n", (2, 8), "nothing to repeat"),
        ("- a\n", (1, 1), "an audience is a mapping"),
        ("label: x\n", (1, 1), "an audience has no name"),
        ("audience: Cart\n", (1, 11), "cannot be the name"),
        ("audience: a b\n", (1, 11), "cannot be the name"),
    ],
)
def test_wrong_files_are_shown_at_their_place(
    text: str, place: tuple[int, int], message: str
) -> None:
    """What is not YAML, and what is no audience."""
    found = problems(text)
    assert (found[0].line, found[0].column) == place
    assert message in found[0].message


def test_a_bom_and_windows_line_ends_are_accepted(tmp_path: Path) -> None:
    """Editors write them."""
    path = tmp_path / "cart.yml"
    path.write_bytes("\ufeffaudience: cart\r\nwhere: {stage: new}\r\n".encode())
    assert set(read_audiences(read(path), KNOWN)) == {"cart"}


def test_a_file_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    """Windows-1252 is the usual case."""
    path = tmp_path / "cart.yml"
    path.write_bytes("audience: cart\nlabel: Geschäft\n".encode("cp1252"))
    with pytest.raises(SourceErrors) as caught:
        read(path)
    (problem,) = caught.value.problems
    assert problem.line == 2
    assert "UTF-8" in problem.message


BOMB = "\n".join(
    [
        "audience: a",
        "a0: &a0 [x, x, x, x, x, x, x, x, x]",
        *(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)),
    ]
)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (BOMB, "more than 200,000 values"),
        ("audience: a\nwhere: " + "[" * 100_000, "nested more than"),
        ("audience: a\nwhere: " + "{not: " * 1000 + "}" * 1000, "nested more than"),
        ("audience: a\nwhere:" + "".join(f"\n{' ' * n}not:" for n in range(1, 999)), "nested more"),
    ],
)
def test_what_would_exhaust_the_machine_is_refused_at_once(text: str, message: str) -> None:
    """Aliases that multiply, and depth without end."""
    began = time.monotonic()
    assert message in problems(text)[0].message
    assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    ("begin", "end"),
    [("{not: ", "}"), ("{all: [", "]}"), ("{any: [{stage: new}, ", "]}"),
     ("{at_least: {n: 1, of: [", "]}}")],
)  # fmt: skip
def test_as_deep_as_is_allowed_compiles(begin: str, end: str) -> None:
    """What is read is also written as SQL, without a traceback."""
    from world import NOON, chosen, people

    levels = 60 // (begin.count("{") + begin.count("[") - begin.count("stage"))
    body = "where: " + begin * levels + "{trait: score, gt: 1}" + end * levels
    assert chosen(body, as_of=NOON, customers=people(score=[2, None]))
