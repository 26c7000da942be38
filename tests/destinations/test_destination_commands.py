"""`cdp-activate destinations`: what it lists, says, checks and begins."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.destinations import destination_types

SECRET = "xoxb-very-secret"


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def invoke(*arguments):
        return CliRunner().invoke(main, ["destinations", *arguments], catch_exceptions=False)

    return invoke


@pytest.fixture
def project(tmp_path):
    def write(text):
        (tmp_path / "dbt_project.yml").write_text("name: shop\nprofile: shop\n")
        (tmp_path / "syncs").mkdir(exist_ok=True)
        (tmp_path / "syncs/destinations.yml").write_text(f"destinations:\n{text}")

    return write


def test_every_type_is_listed_without_a_project(run):
    found = json.loads(run("list", "--json").output)

    assert destination_types() == [one["type"] for one in found]
    assert all(one["summary"] and one["destinations"] == [] for one in found)


def test_the_destinations_of_the_project_are_beside_their_types(run, project):
    project("  outbox: {type: file, path: outbox}\n")

    assert "file          outbox" in run("list").output


def test_a_type_is_described_with_its_limits_and_rights(run):
    shown = run("describe", "meta_ads").output

    for said in ("ads_management", "v26.0", "10,000", "limited_data_use", "SHA-256", "24 hours"):
        assert said in shown
    assert json.loads(run("describe", "meta_ads", "--json").output)["type"] == "meta_ads"


def test_a_destination_of_the_project_is_described_by_its_name(run, project):
    project("  outbox: {type: file, path: outbox}\n")

    assert "`type: file`" in run("describe", "outbox").output


def test_a_type_that_does_not_exist_is_answered_with_one_that_does(run):
    done = run("describe", "meta_add")

    assert (done.exit_code, "did you mean 'meta_ads'?" in done.output) == (2, True)


def test_what_is_checked_is_reached_or_said_to_be_out_of_reach(run, project, monkeypatch):
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    project(
        "  outbox: {type: file, path: outbox}\n"
        "  hook:\n    type: webhook\n    url: http://127.0.0.1:9/\n"
        "    secret: \"{{ env_var('HOOK_SECRET') }}\"\n"
    )

    assert run("check", "outbox").exit_code == 0
    both = run("check")
    assert both.exit_code == 1
    assert "ok    outbox (file)" in both.output
    assert "FAIL  hook (webhook)" in both.output
    assert SECRET not in both.output
    found = json.loads(run("check", "--json").output)
    assert [one["ok"] for one in found] == [True, False]


def test_wrong_settings_and_names_are_a_matter_of_files(run, project):
    project("  outbox: {type: file, pathh: outbox}\n")

    done = run("check")
    assert (done.exit_code, "pathh" in done.output) == (2, True)
    done = run("check", "inbox")
    assert (done.exit_code, "unknown destination 'inbox'" in done.output) == (2, True)


def test_a_new_destination_is_written_once(run, tmp_path):
    done = run("new", "letter_box")

    assert done.exit_code == 0
    source = (tmp_path / "letter_box/letter_box.py").read_text(encoding="utf-8")
    assert "class LetterBox(ApiDestination" in source
    again = run("new", "letter_box")
    assert (again.exit_code, "is there already" in again.output) == (2, True)


@pytest.mark.parametrize("name", ["webhook", "Box", "2box", "class", "../box", "postbox;"])
def test_a_name_that_no_type_can_have_is_refused(run, tmp_path, name):
    assert run("new", name).exit_code == 2
    assert list(tmp_path.iterdir()) == []
