"""Mistakes in audiences: each with its place, what is wrong, and what to do about it."""

from __future__ import annotations

import ast
import time
from pathlib import Path

import pytest
import write_mistakes
from mistake_worlds import FOLDER, known, problems, reporting
from mistakes import HEAD, MISTAKES, Mistake

from cdp_activate.audiences.read import read_audiences
from cdp_activate.errors import SourceErrors
from cdp_activate.text import parse, read

KNOWN = known("shop")
CASES = [mistake for group in MISTAKES.values() for mistake in group]


@pytest.mark.parametrize("mistake", CASES, ids=[mistake.written[:60] for mistake in CASES])
def test_a_mistake_is_shown_at_its_place(mistake: Mistake) -> None:
    """File, line and column, what is wrong and what to do; and nothing else is reported."""
    (problem,) = problems(mistake.text, mistake.project)
    assert f"cart.yml:{mistake.place}" == f"{problem.path}:{problem.line}:{problem.column}"
    assert mistake.message in problem.message
    assert mistake.hint in problem.hint
    assert [*mistake.text.splitlines(), ""][problem.line - 1][:200] == problem.text


def test_every_place_of_the_code_that_reports_a_mistake_is_driven() -> None:
    """A new report needs a case in `mistakes.py`. Warnings (lint.py) have tests of their own."""
    with pytest.MonkeyPatch.context() as patch:
        seen = reporting(patch)
        for mistake in CASES:
            problems(mistake.text, mistake.project)
    places = [
        (str(path), call)
        for path in sorted(FOLDER.rglob("*.py"))
        if path.name != "lint.py"
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and call.func.attr in ("wrong", "problem")
    ]
    assert len(places) > 100
    assert [] == [
        f"{path}:{call.lineno}"
        for path, call in places
        if not any((path, n) in seen for n in range(call.lineno, (call.end_lineno or 0) + 1))
    ]


def test_the_page_of_mistakes_is_what_is_tested() -> None:
    """`make docs` writes it; no mistake is listed twice."""
    assert write_mistakes.PAGE.read_text(encoding="utf-8") == write_mistakes.document()
    assert len(CASES) == len({(mistake.written, mistake.project) for mistake in CASES})


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


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("audience: a\nlabel: x\nlabel: y\n", (3, 1), "duplicate key 'label'"),
        ("audience: a\nwhere:\n\t- stage: new\n", (3, 1), "not valid YAML"),
        ("audience: a\nwhere: [\n", (3, 1), "not valid YAML"),
        ("audience: a\nlabel: ü\x07b\n", (2, 9), "control character (U+0007)"),
        ('audience: a\nlabel: "x\\0"\n', (2, 8), "the character \\0"),
        ("audience: a\nlabel: *gone\n", (2, 8), "nothing to repeat"),
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
