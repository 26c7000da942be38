"""`plan` in three forms, with masked samples: what would be sent is seen, and nobody is."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from bed import AS_OF, Bed, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.masks import masked, masked_key

BEFORE = [
    person("gone", first_name="Grace"),
    person("moved", first_name="Mary"),
    person("same"),
    person("richer", first_name="Ruth", points=1),
]
AFTER = [
    person("moved", email="mary@new.example.org", first_name="Mary"),
    person("same"),
    person("richer", first_name="Ruth", points=2),
    person("new|er", first_name="Nora"),
    person("closed", consent=None),
    person("gone", consent=None),
    person("odd", email="Olga Oddly"),
]


def plan(bed: Bed, *arguments: str) -> str:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    done = CliRunner().invoke(main, ["plan", *folder, "--as-of", AS_OF.isoformat(), *arguments])
    assert 0 == done.exit_code, done.output
    assert not any(
        name in done.output for name in ("Grace", "Mary", "Ruth", "Nora", "Olga", "person.")
    )
    return done.output


@pytest.fixture
def changed(bed: Bed) -> Bed:
    bed.build(BEFORE)
    bed.run()
    bed.build(AFTER)
    bed.change_sync("first_run: false", "max_remove: 0")
    return bed


def test_a_plan_shows_masked_people_of_each_action(changed: Bed) -> None:
    (told,) = json.loads(plan(changed, "--format", "json"))
    address = "p***@e***.com"
    assert {
        "add": [sample("new|er", address, {"FNAME": "N***", "POINTS": 1})],
        "update": [sample("richer", address, {"FNAME": "R***", "POINTS": 2})],
        "move": [sample("moved", "m***@n***.org", {"FNAME": "M***", "POINTS": 1}, address)],
        "remove": [sample("gone", None, {}, address, "no consent")],
        "held": [
            sample("odd", None, {}, None, "invalid identifier", ["email"]),
            sample("closed", None, {}, None, "no consent"),
        ],
    } == told["samples"]
    assert {"invalid identifier": 1, "no consent": 1} == told["held_back"]
    text = plan(changed)
    assert "vips_to_mail: move moved: email: m***@n***.org, FNAME: M***, POINTS: 1, " in text
    assert "vips_to_mail: remove gone: no consent, was email: p***@e***.com" in text
    assert "vips_to_mail: held odd: invalid identifier, email is not valid" in text
    assert "would be refused by max_remove: would remove 1 of 4" in text
    assert {} == json.loads(plan(changed, "--json", "--samples", "0"))[0]["samples"]


def sample(
    key: str,
    email: str | None,
    fields: dict[str, Any],
    was: str | None = None,
    reason: str | None = None,
    not_valid: Sequence[str] = (),
) -> Any:
    named = {"identifiers": {"email": email} if email else {}, "was": {"email": was} if was else {}}
    return {"key": key, "fields": fields, **named, "reason": reason, "not_valid": list(not_valid)}


def test_a_plan_as_markdown_is_for_pull_requests(changed: Bed) -> None:
    shown = plan(changed, "--format", "markdown", "--samples", "1").splitlines()
    assert "### vips\\_to\\_mail" in shown
    for line in (
        "| add | 1 |",
        "| unchanged | 1 |",
        "* 1 held back: no consent",
        "**Would be refused by `max_remove`**: would remove 1 of 4, more than 0",
        "| remove | gone | no consent, was email: p\\*\\*\\*@e\\*\\*\\*.com |",
        "| held | closed | no consent |",
    ):
        assert line in shown
    rows = [line for line in shown if line.startswith("| add | new")]
    assert rows == [
        "| add | new\\|er | email: p\\*\\*\\*@e\\*\\*\\*.com, FNAME: N\\*\\*\\*, POINTS: 1 |"
    ]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("ada@shop.example.co.uk", "a***@s***.uk"), ("+84901234567", "+84***67"),
        ("090 123 45 67", "090***67"), ("Nguyễn Thị Ánh", "N***"), ("", "***"), ("A", "A***"),
        ("a" * 64, "aaaaaa***"), (7, 7), (Decimal("1.50"), Decimal("1.50")), (True, True),
        (None, None), (date(1990, 5, 17), "1990-**-**"), (datetime(2026, 1, 2, 3), "2026-**-**"),
        (["Ada", "b@c.de"], ["A***", "b***@c***.de"]),
    ],
)  # fmt: skip
def test_values_are_masked(value: Any, shown: Any) -> None:
    assert shown == masked(value)


def test_an_id_is_shown_unless_it_is_an_address_or_a_number() -> None:
    keys = ["c-000042", "12345678901", "ada@example.com", "+84901234567", "a\n\x1b[2Jb"]
    assert ["c-000042", "12345678901", "a***@e***.com", "+84***67", "a??[2Jb"] == [
        masked_key(one) for one in keys
    ]
