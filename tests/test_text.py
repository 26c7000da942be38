"""YAML as the project reads it: YAML 1.2, with a place for every value."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from cdp_activate.environment import expand_env
from cdp_activate.errors import SourceErrors
from cdp_activate.settings import validated
from cdp_activate.spelling import suggest
from cdp_activate.text import parse, read
from cdp_activate.words import plural


def plain(text: str) -> object:
    return parse(text)[0].plain()


def problems(text: str) -> list[str]:
    with pytest.raises(SourceErrors) as caught:
        parse(text, "f.yml")
    return [f"{p.line}:{p.column} {p.message}" for p in caught.value.problems]


@pytest.mark.parametrize("written", ["&hunter2", "*hunter2", "!hunter2 x", "x!hunter2 #1"])
def test_no_secret_is_shown_of_what_yaml_takes_for_something_else(written: str) -> None:
    try:
        parse(f"api_key: {written}\n", quoted=False)
    except SourceErrors as error:
        assert "hunter2" not in f"{error} {error.as_dict()}"
    else:
        assert written.startswith("x")


def test_a_file_in_utf_16_is_told(tmp_path: Path) -> None:
    """With a byte order mark and without one."""
    for encoding in ("utf-16", "utf-16-le", "utf-16-be"):
        (tmp_path / "a.yml").write_bytes("audience: a\n".encode(encoding))
        with pytest.raises(SourceErrors, match="not UTF-8 text") as caught:
            read(tmp_path / "a.yml")
        assert "save it as UTF-8" in caught.value.problems[0].hint


def test_in_files_of_dbt_all_is_right_that_yaml_allows() -> None:
    """In ours a name that nothing repeats, or a comment right after a text, is most likely text."""
    text = "a: &word text #1\nb: #none\n"
    assert {"a": "text", "b": None} == parse(text, ours=False)[0].plain()
    assert ["1:4 '#1' is", "2:3 '#none' is", "1:4 '&word' is"] == [
        " ".join(one.split()[:3]) for one in problems(text)
    ]
    assert ["x", "x #1", "x"] == plain("[&word x, 'x #1', *word] # a comment")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("on", "on"),
        ("yes", "yes"),
        ("2026-01-10", "2026-01-10"),
        ("12:30:45", "12:30:45"),
        ("0.1", Decimal("0.1")),
        ("1e3", Decimal("1000")),
        ("-7", -7),
        ("0o17", 15),
        ("0x1F", 31),
        ("010", 10),
        ("1_000", "1_000"),
        ("True", True),
        ("~", None),
        ("''", ""),
        ("'7'", "7"),
        ("!!str 7", "7"),
        (".inf", Decimal("Infinity")),
        ("Đặng", "Đặng"),
    ],
)
def test_scalars_follow_the_core_schema_of_yaml_1_2(text: str, value: object) -> None:
    found = plain(f"[{text}]")
    assert found == [value]
    assert type(found[0]) is type(value)  # type: ignore[index]


def test_every_value_has_its_place() -> None:
    root = parse("a:\n  - b: 1\n    c: two words\n", "f.yml")[0]
    found = root.locate(["a", 0, "c"])
    assert (found.line, found.column, found.length) == (3, 8, 9)
    assert found.problem("wrong").render() == (
        "f.yml:3:8  wrong\n   3 |     c: two words\n     |        ^^^^^^^^^"
    )


def test_a_duplicate_key_names_the_line_of_the_first() -> None:
    with pytest.raises(SourceErrors) as caught:
        parse("a: 1\nb: 2\na: 3\n", "f.yml")
    assert "f.yml:3:1  duplicate key 'a'" in str(caught.value)
    assert "line 1" in str(caught.value)


def test_all_mistakes_of_a_file_are_shown_at_once() -> None:
    assert problems("a: 1\na: 2\na: 3\n") == ["2:1 duplicate key 'a'", "3:1 duplicate key 'a'"]


@pytest.mark.parametrize(
    ("text", "fragment"),
    [
        ("\ta: 1", "not valid YAML"),
        ("a: [1, 2", "not valid YAML"),
        ("a: 'x", "not valid YAML"),
        ("? [1]\n: 2", "must be a word"),
        ("a: *nowhere", "nothing to repeat"),
        ("a: &x [*x]", "nothing to repeat"),
        ("a: !!python/object:os.system x", "unknown YAML tag"),
        ("a: b\x00", "not valid YAML"),
        ("[" * 100_000, "nested more than"),
    ],
)
def test_what_is_no_yaml_is_a_sentence(text: str, fragment: str) -> None:
    assert fragment in problems(text)[0]


def test_an_alias_bomb_is_refused_before_it_is_written_out() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    assert "more than" in problems("\n".join(lines))[0]


def test_an_alias_repeats_what_its_anchor_names() -> None:
    assert plain("a: &x [1]\nb: *x\n") == {"a": [1], "b": [1]}


def test_bom_is_accepted_and_other_encodings_are_not(tmp_path: Path) -> None:
    with_bom, latin = tmp_path / "bom.yml", tmp_path / "latin.yml"
    with_bom.write_bytes(b"\xef\xbb\xbfa: 1\n")
    latin.write_bytes(b"a: 1\nb: M\xfcller\n")
    assert read(with_bom)[0].plain() == {"a": 1}
    with pytest.raises(SourceErrors) as caught:
        read(latin, shown_as="latin.yml")
    assert "latin.yml:2:5  the file is not UTF-8 text" in str(caught.value)


def test_documents_are_read_apart_and_empty_ones_left_out() -> None:
    assert [one.plain() for one in parse("a: 1\n---\n---\nb: 2\n")] == [{"a": 1}, {"b": 2}]
    assert parse("# only a comment\n") == []


def test_env_var_is_filled_in_and_never_shown() -> None:
    root = parse("key: \"{{ env_var('SECRET') }}\"\nurl: \"x/{{ env_var('PATH_', 'dflt') }}\"\n")[0]
    assert expand_env(root, {"SECRET": "s3"}) == {"key": "s3", "url": "x/dflt"}
    with pytest.raises(SourceErrors) as caught:
        expand_env(root, {})
    assert "SECRET is not set" in str(caught.value)
    assert "export SECRET=" in str(caught.value)
    with pytest.raises(SourceErrors) as caught:
        expand_env(root, {"SECRTE": "s3", "OTHER": "s3"})
    assert "or is SECRTE meant, which is set?" in str(caught.value)
    assert "s3" not in str(caught.value) and "OTHER" not in str(caught.value)


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")
    size: int = Field(ge=1)
    name: str = Field(examples=["Ada"], description="What it is called.")
    token: SecretStr


def test_settings_report_every_mistake_at_its_place() -> None:
    root = parse("size: 0\nnmae: x\n", "s.yml")[0]
    with pytest.raises(SourceErrors) as caught:
        validated(root, _Settings)
    shown = str(caught.value)
    assert "s.yml:1:7  'size':" in shown
    assert "unknown key 'nmae'" in shown
    assert "did you mean 'name'?" in shown
    assert "'name' is missing" in shown
    assert "add `name: Ada` (What it is called)" in shown
    assert "add `token: \"{{ env_var('NAME') }}\"`" in shown


def test_close_names_are_suggested() -> None:
    assert suggest("ordr_placed", ["order_placed", "x"], what="events").startswith(
        "did you mean 'order_placed'?"
    )
    assert suggest("zzz", [], what="events") == "there are no events"


def test_a_name_with_the_word_that_is_written_goes_before_one_that_is_spelt_like_it() -> None:
    """Whoever says email and takes what is suggested must not get the consent to letters."""
    purposes = ["direct_mail", "email_marketing", "sms_marketing"]
    assert suggest("email", purposes).startswith("did you mean 'email_marketing'?")
    assert suggest("customer", ["customer_versions", "customers"]).startswith(
        "did you mean 'customers'?"
    )


def test_counts_are_words() -> None:
    assert [
        plural(1, "row"),
        plural(2000, "row"),
        plural(2, "entity"),
    ] == ["1 row", "2,000 rows", "2 entities"]


def test_a_file_that_may_hold_a_secret_is_not_quoted_in_errors(tmp_path: Path) -> None:
    path = tmp_path / "destinations.yml"
    path.write_text("secret: plain-text-secret\nsecret: other\n")
    with pytest.raises(SourceErrors) as caught:
        read(path, shown_as="destinations.yml", quoted=False)
    assert "destinations.yml:2:1  duplicate key 'secret'" in str(caught.value)
    assert "other" not in str(caught.value)


def test_aliases_nest_no_deeper_than_what_is_written() -> None:
    """Each repeats the one before it, one level further in."""
    lines = ["- &a0 [x]", *(f"- &a{n} [*a{n - 1}]" for n in range(1, 100))]
    with pytest.raises(SourceErrors) as caught:
        parse("\n".join(lines))
    (problem,) = caught.value.problems
    assert "nested more than 64 levels deep" in problem.message
    assert problem.line == 64
    (document,) = parse("\n".join(lines[:60]))
    assert len(document.value) == 60


def test_of_a_long_line_the_part_around_the_mistake_is_shown() -> None:
    """The mark stands under it."""
    with pytest.raises(SourceErrors) as caught:
        parse("a: " + "{not: " * 1000 + "}" * 1000, "deep.yml")

    _, line, mark = str(caught.value).splitlines()
    assert line[mark.index("^") :].startswith("{not: ")
    assert 210 > len(line)
