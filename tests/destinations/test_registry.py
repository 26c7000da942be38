"""Which destinations there are, and how a type finds its class."""

from __future__ import annotations

import subprocess
import sys
from importlib import metadata

import pytest

import cdp_activate.destinations as registry
from cdp_activate.destinations import destination_class, destination_types
from cdp_activate.destinations.base import Destination
from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import SettingsError

FINISHED = """
from cdp_activate.destinations.base import Destination, DestinationSettings
from cdp_activate.destinations.rows import Receipt
class {name}(Destination["{name}.Settings"]):
    class Settings(DestinationSettings): ...
    def check(self): ...
    def open(self, name): return name
    def upsert(self, list_id, rows): return Receipt()
    def remove(self, list_id, rows): return Receipt()
"""


@pytest.fixture
def installed(monkeypatch, tmp_path):
    """Make a module importable and an entry point `name` that refers to it."""
    monkeypatch.syspath_prepend(str(tmp_path))

    def install(name, source, value=None):
        module = f"installed_{tmp_path.name}_{name}".replace("-", "_")
        (tmp_path / f"{module}.py").write_text(source, encoding="utf-8")
        point = metadata.EntryPoint(
            name=name,
            value=(value or "{module}").format(module=module),
            group=registry.ENTRY_POINTS,
        )
        monkeypatch.setattr(registry, "_installed", lambda: {name: point})

    return install


def test_the_folder_listing_is_the_registry():
    types = destination_types()

    assert types == sorted(types)
    assert {"file", "webhook"} <= set(types)
    assert not {"base", "_values", "_formats", "_storage"} & set(types)


@pytest.mark.parametrize("type_name", destination_types())
def test_every_type_has_a_class_that_an_author_could_have_written(type_name):
    found = destination_class(type_name)

    assert issubclass(found, Destination)
    assert found.__doc__
    assert found.Settings.model_config["extra"] == "forbid"
    assert found.verbs <= {"upsert", "remove", "send", "erase"}
    assert found.batch_size >= 1
    assert found.concurrency >= 1


def test_an_unknown_type_is_answered_with_the_known_ones():
    with pytest.raises(SettingsError) as raised:
        destination_class("webhok")

    assert "webhok" in raised.value.message
    assert "did you mean 'webhook'?" in raised.value.remedy
    assert "file" in raised.value.remedy


@pytest.mark.parametrize("name", ["base", "_values", "", "os", "../webhook"])
def test_what_is_no_destination_is_unknown(name):
    with pytest.raises(SettingsError, match="there is no destination type"):
        destination_class(name)


def test_another_package_adds_a_class_by_entry_point(installed):
    installed("postbox", FINISHED.format(name="Postbox"), "{module}:Postbox")

    assert "postbox" in destination_types()
    assert destination_class("postbox").__name__ == "Postbox"


def test_another_package_may_name_the_module_alone(installed):
    installed("postbox", FINISHED.format(name="Postbox"))

    assert destination_class("postbox").__name__ == "Postbox"


def test_our_own_type_wins_over_an_installed_one(installed):
    installed("webhook", FINISHED.format(name="Impostor"))

    assert destination_class("webhook").__name__ == "WebhookDestination"


@pytest.mark.parametrize(
    "source",
    ["", FINISHED.format(name="One") + FINISHED.format(name="Two")],
    ids=["none", "two"],
)
def test_a_module_holds_exactly_one_destination(installed, source):
    installed("postbox", source)

    with pytest.raises(SettingsError, match="'postbox' holds"):
        destination_class("postbox")


def test_a_missing_package_is_named(installed):
    installed("postbox", "import package_that_nobody_has")

    with pytest.raises(SettingsError) as raised:
        destination_class("postbox")

    assert "package_that_nobody_has" in raised.value.message
    assert "pip install" in raised.value.remedy


def test_a_missing_package_is_named_by_its_extra_where_there_is_one(installed):
    installed("s3", "import package_that_nobody_has")

    with pytest.raises(SettingsError) as raised:
        destination_class("s3")

    assert "cdp-activate[s3]" in raised.value.remedy


def test_listing_the_types_imports_none_of_them():
    """The command line lists types without paying for their packages."""
    code = (
        "import sys, cdp_activate.destinations as d; d.destination_types()\n"
        "heavy = {'urllib3', 'fsspec', 'pydantic', 'pyarrow', 'cdp_activate.destinations.file'}\n"
        "sys.exit(', '.join(heavy & sys.modules.keys()) or 0)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)

    assert (done.returncode, done.stderr) == (0, "")


def test_optional_calls_say_what_they_cannot_do(installed):
    installed("postbox", FINISHED.format(name="Postbox"))
    found = destination_class("postbox")
    destination = found(found.Settings(), name="post")

    assert destination.size("list") is None
    with pytest.raises(Exception, match="post cannot erase people"):
        destination.erase([])
    with pytest.raises(Exception, match="post has no jobs"):
        destination.settle("job")
    assert destination.upsert("list", []) == Receipt()
    destination.close()
