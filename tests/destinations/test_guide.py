"""What docs/destinations.md and docs/writing-a-destination.md show is run here."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType

import cases
import pytest
import yaml

from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.destinations.file import FileDestination, folder_name
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.http import FunctionTransport, Response
from cdp_activate.scaffold import scaffold_destination
from cdp_activate.testing import deliver, person

DOCS = Path(__file__).parents[2] / "docs"
GUIDE = DOCS / "destinations.md"
TEXT = GUIDE.read_text("utf-8") + (DOCS / "writing-a-destination.md").read_text("utf-8")


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```$", TEXT, re.M | re.S)


def block(language, holding):
    (found,) = [text for text in blocks(language) if holding in text]
    return found


def run(source):
    names = {}
    exec(compile(source, str(GUIDE), "exec"), names)
    return names


@pytest.mark.parametrize("text", blocks("yaml"))
def test_the_settings_shown_are_accepted(text):
    # The form of a secret that every platform's settings accept.
    text = re.sub(r'"\{\{ env_var\([^}]*\}\}"', "0123456789abcdef-us1", text)
    for settings in yaml.safe_load(text)["destinations"].values():
        chosen = destination_class(settings.pop("type")).Settings.model_validate(settings)
        assert chosen


@pytest.mark.parametrize("type_name", destination_types())
def test_every_type_is_in_the_guide(type_name):
    """Its settings are on its own page, which is written from the class."""
    assert f"`type: {type_name}`" in GUIDE.read_text("utf-8")


@pytest.mark.parametrize("secret", ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "any text"])
def test_the_signature_check_shown_knows_our_calls_from_others(secret):
    is_ours = run(block("python", "def is_ours"))["is_ours"]
    seen = []
    destination = WebhookDestination(
        WebhookDestination.Settings(url="https://x.test", secret=secret),
        transport=FunctionTransport(lambda request: seen.append(request) or Response(204)),
    )

    destination.upsert("VIP", [person(1)])
    headers, body = dict(seen[0].headers), seen[0].body

    assert is_ours(secret, headers, body)
    assert not is_ours(secret, headers, body + b" ")
    assert not is_ours("another", headers, body)
    assert not is_ours(secret, {**headers, "webhook-timestamp": "1614265330"}, body)


def test_the_reader_shown_finds_who_is_on_the_list(tmp_path):
    members = run(block("python", "def members(list_folder"))["members"]
    destination = FileDestination(FileDestination.Settings(path=str(tmp_path)))
    list_id = destination.open("VIP")
    deliver(destination, "upsert", list_id, [person(1), person(2)])
    deliver(destination, "remove", list_id, [person(1)])
    destination.upsert(list_id, [person(3)])

    found = members(tmp_path / folder_name("VIP"))

    assert {key: row["first_name"] for key, row in found.items()} == {person(2).key: "Person 2"}


@pytest.fixture
def postbox(tmp_path):
    """What `destinations new postbox` writes, as pip would have installed it."""
    scaffold_destination(tmp_path, "postbox")
    entry = tomllib.loads((tmp_path / "pyproject.toml").read_text("utf-8"))
    ((group, names),) = entry["project"]["entry-points"].items()
    listed = "\n".join(f"{name} = {value}" for name, value in names.items())
    about = tmp_path / "postbox-1.0.dist-info"
    about.mkdir()
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: postbox\nVersion: 1.0\n")
    (about / "entry_points.txt").write_text(f"[{group}]\n{listed}\n")
    return tmp_path


def test_the_guide_goes_through_what_a_new_destination_begins_with(postbox):
    assert (postbox / "postbox.py").read_text("utf-8") == block("python", "class Postbox(")
    assert (postbox / "test_postbox.py").read_text("utf-8") == block("python", "class TestPostbox(")
    assert block("toml", "entry-points") in (postbox / "pyproject.toml").read_text("utf-8")


def python(folder, *arguments):
    path = os.pathsep.join([str(folder), str(DOCS.parent)])
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_destination_shown_passes_the_contract_and_is_found_by_its_type(postbox):
    done = python(postbox, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-W", "error")
    assert done.returncode == 0, done.stdout
    assert re.search(r"\b[23][0-9] passed", done.stdout)

    code = "import cdp_activate.destinations as d; print(d.destination_class('postbox').__name__)"
    assert python(postbox, "-c", code).stdout == "Postbox\n"


MISTAKES = {
    "loses rows": ("for row in rows\n        ]", "for row in rows[:5]\n        ]"),
    "never removes": ('"DELETE", list_id, rows', '"PUT", list_id, rows'),
    "calls for no rows": ("        if not rows:\n            return Receipt()\n", ""),
    "takes every status": ("    def check", "    def raise_for(self, _): pass\n\n    def check"),
    "confuses lists": ("quote(name, safe='')", "quote(name.lower(), safe='')"),
    "takes a name for a path": ("quote(name, safe='')", "quote(name)"),
    "spoils text": (
        '"about": row.fields',
        '"about": {k: str(v).lower() for k, v in row.fields.items()}',
    ),
    "writes instants as Python does": (
        '"about": row.fields',
        '"about": {k: str(v) if hasattr(v, "hour") else v for k, v in row.fields.items()}',
    ),
    "takes a list that is gone for one without the person": (
        'answer = self.call(method, f"/lists/{list_id}/people", people)',
        'answer = self.request(method, f"/lists/{list_id}/people", people, '
        'allow=(404,) if method == "DELETE" else ())\n'
        '        answer = {"refused": {}} if answer.status == 404 else self.parsed(answer)',
    ),
    "knows addresses alone": ('identifiers = ("email",)', 'identifiers = ("email", "phone")'),
    "takes no decimals": (
        '"about": row.fields',
        '"about": __import__("json").loads(__import__("json").dumps(dict(row.fields)))',
    ),
    "never clears a field": (
        'answer = self.call(method, f"/lists/{list_id}/people", people)',
        'answer = self.call(method, f"/lists/{list_id}/people", [one for one in people '
        'if None not in one["about"].values()])',
    ),
    "quotes the person": ("clean_reason(refused[row.key], row)", "refused[row.key]"),
    "quotes the platform": (
        "    def check",
        "    def raise_for(self, answer):\n"
        "        from cdp_activate.errors import RefusedError\n"
        "        if answer.status == 400: raise RefusedError(answer.body.decode())\n"
        "        super().raise_for(answer)\n\n"
        "    def check",
    ),
    "swallows refusals": ("if row.key in refused}", "if row.key in ()}"),
    "crashes on a changed answer": ('self.read(answer, "refused", kind=dict)', 'answer["refused"]'),
    "passes a check with a wrong key": ('self.call("GET", "/account")', "pass"),
    "crashes on half an answer": (
        'self.call(method, f"/lists/{list_id}/people", people)',
        'self.request(method, f"/lists/{list_id}/people", people).json()',
    ),
}


def test_run_so_the_guides_destination_passes(monkeypatch):
    module = ModuleType("postbox")
    monkeypatch.setitem(sys.modules, "postbox", module)
    exec(compile(block("python", "class Postbox("), str(GUIDE), "exec"), module.__dict__)

    assert failures() == {}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_the_contract_catches(mistake, monkeypatch):
    """Each mistake, made in the guide's destination, fails a case of the contract."""
    before, after = MISTAKES[mistake]
    source = block("python", "class Postbox(")
    assert before in source
    module = ModuleType("postbox")
    monkeypatch.setitem(sys.modules, "postbox", module)

    exec(compile(source.replace(before, after), str(GUIDE), "exec"), module.__dict__)
    assert failures() != {}


def failures():
    """The cases of the guide's own test class that fail."""
    names = run(block("python", "class TestPostbox("))

    def connect(transport):
        return names["Postbox"](names["Postbox"].Settings(key="k"), transport=transport)

    return cases.failures(names["TestPostbox"], names["Platform"], connect)
