"""The docs say what is: links lead somewhere, examples compile, versions agree."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from cdp_activate import __version__
from cdp_activate.cli.sync import GUARDS
from cdp_activate.text import parse

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
PAGES += sorted((ROOT / "docs").rglob("*.md")) + sorted((ROOT / "examples").glob("*/README.md"))


def ids(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#]+?)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
    gone = [link for link in links if "://" not in link and not (page.parent / link).exists()]
    assert [] == gone


@pytest.mark.parametrize("page", PAGES, ids=ids)
def test_yaml_in_the_docs_is_yaml(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.S):
        assert parse(block, page.name)


def test_the_audience_in_the_readme_is_one_of_the_demo() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    audience = (ROOT / "audiences" / "03_decision.yml").read_text(encoding="utf-8")
    assert audience.partition("tests:\n")[0].strip() in readme


def test_every_decision_is_listed() -> None:
    listed = (ROOT / "docs/decisions/README.md").read_text(encoding="utf-8")
    pages = [path.name for path in (ROOT / "docs/decisions").glob("0*.md")]
    assert [] == [name for name in pages if name not in listed]


def test_the_changelog_has_this_version() -> None:
    assert f"## {__version__}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_the_dbt_package_has_this_version() -> None:
    assert f"version: {__version__}" in (ROOT / "dbt_project.yml").read_text(encoding="utf-8")


def test_guards_are_documented_and_can_be_allowed() -> None:
    page = (ROOT / "docs/syncs.md").read_text(encoding="utf-8")
    assert [] == [name for name in GUARDS if f"`{name}" not in page]
