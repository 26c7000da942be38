"""The command line without a warehouse: help, and what happens where something is missing."""

from __future__ import annotations

import errno
import io
import json
import os
import signal
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result

from cdp_activate import __version__
from cdp_activate.cli import main
from cdp_activate.dbt import _end as end_dbt
from cdp_activate.dbt import _end_of as end_of
from cdp_activate.dbt import _failure as failure
from cdp_activate.dbt import _sets_as_of as sets_as_of
from cdp_activate.dbt import _variables as variables_of
from cdp_activate.dbt import _with_as_of as with_as_of
from cdp_activate.errors import UsageError
from cdp_activate.project import Project

DOCS = Path(__file__).parent.parent / "docs"


def invoke(*arguments: str) -> Result:
    return CliRunner().invoke(main, list(arguments), catch_exceptions=False)


def commands(
    group: click.Group, path: tuple[str, ...] = ()
) -> dict[tuple[str, ...], click.Command]:
    found: dict[tuple[str, ...], click.Command] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
        else:
            found[(*path, name)] = command
    return found


ALL = commands(main)


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_has_help_an_example_and_json(path: tuple[str, ...]) -> None:
    command = ALL[path]
    assert command.help
    assert f"cdp-activate {' '.join(path)}" in command.help
    assert "--json" in [option for p in command.params for option in p.opts]


@pytest.mark.parametrize("path", ALL, ids=" ".join)
def test_every_command_is_in_the_docs(path: tuple[str, ...]) -> None:
    text = (DOCS / "commands.md").read_text(encoding="utf-8")
    assert f"cdp-activate {' '.join(path)}" in text


def test_a_command_of_a_group_is_named_with_its_group() -> None:
    done = invoke("preview", "vips")
    assert 2 == done.exit_code
    assert "Did you mean 'audience preview'?" in done.output


def test_version() -> None:
    assert f"cdp-activate, version {__version__}" == invoke("--version").output.strip()


GIVEN = {
    ("adopt",): ["vips"],
    ("audience", "show"): ["x"],
    ("audience", "preview"): ["x"],
    ("audience", "diff"): ["x"],
    ("audience", "explain"): ["x"],
    ("audience", "history"): ["x"],
    ("audience", "overlap"): ["x", "y"],
    ("run",): ["--due"],
    ("erase",): ["x"],
    ("schema",): ["audiences"],
}
"""What a command cannot be called without."""

WITHOUT_PROJECT = [("destinations", name) for name in ("list", "describe", "new")]
NEEDS_PROJECT = [
    path
    for path in ALL
    if path[0] not in ("demo", "init", "doctor") and path not in WITHOUT_PROJECT
]


@pytest.mark.parametrize("path", NEEDS_PROJECT, ids=" ".join)
def test_without_a_project_there_is_a_sentence(path: tuple[str, ...], tmp_path: Path) -> None:
    done = invoke(*path, *GIVEN.get(path, []), "--project-dir", str(tmp_path))
    assert 2 == done.exit_code
    assert "there is no dbt_project.yml" in done.output
    assert "cdp-activate init" in done.output


def test_errors_are_json_where_json_was_asked_for(tmp_path: Path) -> None:
    done = invoke("plan", "--project-dir", str(tmp_path), "--json")
    assert 2 == done.exit_code
    error = json.loads(done.output)["error"]
    assert "UsageError" == error["kind"]
    assert error["message"] and error["remedy"]


def test_init_writes_a_project_and_leaves_what_is_there(tmp_path: Path) -> None:
    folder = tmp_path / "new project"
    done = invoke("init", str(folder), "--json")
    written = json.loads(done.output)["written"]
    assert "dbt_project.yml" in written
    first, second = json.loads(done.output)["next"]
    assert "profiles.yml" in first and "`cdp_inputs`" in second
    assert (folder / "packages/cdp_activate/models/marts/customers.sql").exists()
    assert not (folder / "packages/cdp_activate/models/audiences").exists()
    (folder / "dbt_project.yml").write_text("name: mine\n")
    again = json.loads(invoke("init", str(folder), "--json").output)
    assert [] == again["written"]
    assert "cdp_inputs" in again["to_add"]["dbt_project.yml"]
    assert ["add to dbt_project.yml what is shown above"] == again["next"]
    assert "name: mine\n" == (folder / "dbt_project.yml").read_text()
    assert "`cdp-activate doctor`" in invoke("init", str(folder)).output.splitlines()[-1]


def test_init_leaves_packages_where_a_project_lists_them(tmp_path: Path) -> None:
    """dbt refuses a project that has them in both files."""
    (tmp_path / "dependencies.yml").write_text("packages: []\n")
    made = json.loads(invoke("init", str(tmp_path), "--json").output)
    assert "packages.yml" not in made["written"]
    assert "local: packages/cdp_activate" in made["to_add"]["dependencies.yml"]


def test_a_missing_manifest_says_what_to_run(tmp_path: Path) -> None:
    invoke("init", str(tmp_path))
    done = invoke("compile", "--project-dir", str(tmp_path))
    assert 2 == done.exit_code
    assert "there is no dbt manifest" in done.output
    assert "dbt parse" in done.output


def test_a_broken_manifest_says_what_to_run(tmp_path: Path) -> None:
    invoke("init", str(tmp_path))
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "manifest.json").write_text("{")
    done = invoke("compile", "--project-dir", str(tmp_path))
    assert 2 == done.exit_code
    assert "cannot be read" in done.output


def test_doctor_says_what_is_not_there_before_the_first_build(tmp_path: Path) -> None:
    """The order of the README: nothing is wrong yet, and the next command is named."""
    invoke("init", str(tmp_path))
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert 0 == done.exit_code, done.output
    assert "not yet  catalog" in done.output and "not yet  warehouse" in done.output
    assert "next: run `cdp-activate build`" in done.output
    assert "1 audience written" in done.output


def test_doctor_goes_on_after_a_failure(tmp_path: Path) -> None:
    """Mistakes are told apart from what is not there yet; after a build, nothing may be missing."""
    invoke("init", str(tmp_path))
    (tmp_path / "audiences" / "more.yml").write_text("audience: [")
    done = invoke("doctor", "--project-dir", str(tmp_path), "--json")
    found = {one["what"]: one for one in json.loads(done.output)}
    assert 1 == done.exit_code
    assert found["dbt project"]["ok"] and found["destination outbox"]["ok"]
    assert "more.yml" in found["audiences"]["found"] and not found["audiences"]["not_yet"]
    (tmp_path / "target").mkdir()
    (tmp_path / "target" / "run_results.json").write_text("{}")
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert 1 == done.exit_code and "FAIL     warehouse" in done.output


def test_a_project_without_our_dbt_package_is_told(tmp_path: Path) -> None:
    """Else its build would end in a macro that dbt does not know."""
    invoke("init", str(tmp_path))
    (tmp_path / "target").mkdir()
    manifest = {"metadata": {}, "nodes": {}, "macros": {"macro.dbt.run_query": {}}}
    (tmp_path / "target" / "manifest.json").write_text(json.dumps(manifest))
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert 1 == done.exit_code and "FAIL     dbt package: the dbt project has no" in done.output
    assert "`dbt deps`" in done.output


def test_a_project_that_maps_no_table_is_told(tmp_path: Path) -> None:
    """Its own model in the place of ours needs no table; the demo shop's are not taken for its."""
    invoke("init", str(tmp_path))
    settings = tmp_path / "dbt_project.yml"
    below = "name: mine\nvars: {mine: {cdp_inputs: {customers: crm.people}}}\n"
    for text, told in {
        "name: mine\n": "say in its vars which of your tables is which subject",
        "name: mine\nvars: {cdp_inputs: {orders: shop.orders}}\n": "cdp_inputs: {customers:",
        below: "write cdp_inputs below vars itself",
        below.replace("mine: {", "cdp_activate: {"): "",
    }.items():
        settings.write_text(text)
        done = invoke("doctor", "--project-dir", str(tmp_path))
        said = "FAIL     mapped tables: dbt" if told else "ok       mapped tables: 1 subject"
        assert said in done.output and told in done.output, done.output
    settings.write_text("name: mine\n")
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "input_customers.sql").write_text("select 1")
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert "ok       mapped tables: none is needed" in done.output


def test_a_file_is_read_whatever_the_case_of_its_name(tmp_path: Path) -> None:
    """Else an audience that is there would be passed over in silence."""
    invoke("init", str(tmp_path))
    (tmp_path / "audiences" / "VIPS.YML").write_text("audience: [")
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert "audiences/VIPS.YML:" in done.output
    (tmp_path / "audiences" / "VIPS.YML").rename(tmp_path / "audiences" / "vips.yml.txt")
    done = invoke("doctor", "--project-dir", str(tmp_path))
    assert "audiences/vips.yml.txt  its name ends in .txt" in done.output
    assert "call it vips.yml" in done.output


def test_a_misspelt_variable_is_told_with_the_name_that_is_meant(tmp_path: Path) -> None:
    """dbt passes over it in silence; variables of others are theirs, asked for or not."""
    invoke("init", str(tmp_path))
    (tmp_path / "target").mkdir()
    code = "{{ var( 'cdp_stage_tracks' ) }} {{ var(\n \"cdp_late_days\") }} {{ var('churn') }}"
    macros = {"macro.cdp_activate.all": {"macro_sql": code}}
    manifest = json.dumps({"metadata": {}, "nodes": {}, "macros": macros})
    (tmp_path / "target" / "manifest.json").write_text(manifest)
    written = {
        "cdp_late_days: 3": "",
        "cdp_timezone: Europe/Berlin": "",
        "cdp_schema: x\nmodels: {+schema: '{{ var(\"cdp_schema\") }}'}": "",
        "churn: 1": "",
        "currency: EUR": "",
        "cdp_activate: {stage_modle: [a]}": "'stage_modle' cdp_stage_tracks",
        "cdp_stage_trakcs: {}": "did you mean 'cdp_stage_tracks'?",
        "late_days: 3": "did you mean 'cdp_late_days'?",
        "cpd_late_days: 3": "did you mean 'cdp_late_days'?",
    }
    for variable, told in written.items():
        text = f"name: mine\nprofile: mine\nvars:\n  {variable}\n"
        (tmp_path / "dbt_project.yml").write_text(text)
        done = invoke("doctor", "--project-dir", str(tmp_path))
        said = "FAIL     variables" if told else "ok       variables"
        assert said in done.output, (variable, done.output)
        assert all(word in done.output for word in told.split()), done.output


def test_what_dbt_says_ends_where_its_insides_begin() -> None:
    """A failure that dbt did not expect shows a traceback of its own."""
    said = [
        "10:00:00  Running",
        "10:00:01  Encountered an error:",
        "no network",
        "Traceback (most",
        "  x",
    ]
    assert ["Encountered an error:", "no network"] == end_of(said)


@pytest.mark.parametrize("text", ["tomorrow", "2026-13-01", "2026-01-01T25:00"])
def test_a_wrong_instant_is_a_usage_error(text: str, tmp_path: Path) -> None:
    invoke("init", str(tmp_path))
    (tmp_path / "target").mkdir()
    done = invoke("plan", "--as-of", text, "--project-dir", str(tmp_path))
    assert 2 == done.exit_code
    assert "--as-of" in done.output


@pytest.mark.parametrize(
    ("arguments", "meant"),
    [
        (["sync", "--allow", "frist_run"], "first_run"),
        (["plan", "--format", "Markdwn"], "markdown"),
        (["audience", "history", "a", "--by", "weekly"], "week"),
        (["demo", "--data", "complete_journey"], "complete-journey"),
        (["run", "--log-format", "jsn"], "json"),
        (["schema", "audience"], "audiences"),
    ],
    ids=" ".join,
)
def test_a_word_that_is_no_choice_is_told_with_the_one_that_is_meant(
    arguments: list[str], meant: str
) -> None:
    done = invoke(*arguments)
    assert 2 == done.exit_code
    assert f"unknown word '{arguments[-1]}': did you mean '{meant}'?" in done.output


def test_wrong_options_are_json_where_json_was_asked_for() -> None:
    done = invoke("plan", "--json", "--no-such-option")
    assert 2 == done.exit_code
    assert "no-such-option" in json.loads(done.output)["error"]["message"]


@pytest.mark.parametrize(
    "arguments",
    [["plann"], ["audience", "preveiw"], ["--no-such"], ["run"], ["compile", "--check", "--cost"]],
    ids=" ".join,
)
def test_wrong_names_and_uses_are_json_in_every_group(arguments: list[str]) -> None:
    done = invoke(*arguments, "--json")
    assert 2 == done.exit_code
    assert json.loads(done.stdout)["error"]["message"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_told_to_stop_is_exit_code_130_in_any_command(
    number: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before a run has begun, too: a scheduler ends it while the files are still read."""
    monkeypatch.setattr(Project, "at", lambda *_, **__: signal.raise_signal(number))
    # A shell that starts the tests in the background has them ignore Ctrl-C.
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    before = signal.getsignal(signal.SIGTERM)
    try:
        done = invoke("run", "--due", "--json")
    finally:
        signal.signal(signal.SIGINT, interrupt)
    assert (130, "StoppedError") == (done.exit_code, json.loads(done.stdout)["error"]["kind"])
    assert before == signal.getsignal(signal.SIGTERM)


@pytest.mark.parametrize("more", [[], ["--json"]])
def test_ctrl_c_while_python_still_imports_is_exit_code_130(more: list[str]) -> None:
    code = """
import sys

class Slow:
    def find_spec(self, name, *_):
        if name == "cdp_activate.cli":
            raise KeyboardInterrupt

sys.meta_path.insert(0, Slow())
from cdp_activate.__main__ import main
main()
"""
    done = subprocess.run([sys.executable, "-c", code, *more], capture_output=True, text=True)
    said = json.loads(done.stdout)["error"]["message"] if more else done.stderr.splitlines()[0]
    assert (130, "told to stop") == (done.returncode, said.removeprefix("Error: "))
    assert "Traceback" not in done.stderr


def test_the_command_begins_where_ctrl_c_is_heeded() -> None:
    project = tomllib.loads((DOCS.parent / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert "cdp_activate.__main__:main" == project["scripts"]["cdp-activate"]


def test_dbt_is_ended_with_the_command_that_runs_it() -> None:
    """Also where it does not listen, and where nobody reads what it says."""
    for heed in ("", "import signal; signal.signal(signal.SIGINT, signal.SIG_IGN); "):
        code = f"{heed}print(1, flush=True)\nwhile True: print('x' * 999)"
        with subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        ) as process:
            assert process.stdout is not None
            process.stdout.readline()
            end_dbt(process, wait=0.2)
            assert process.wait(5) != 0


class _Broken(io.StringIO):
    """Standard output that cannot be written."""

    def __init__(self, number: int) -> None:
        super().__init__()
        self.number = number

    def write(self, text: str) -> int:
        raise OSError(self.number, os.strerror(self.number))


@pytest.mark.parametrize(
    ("number", "said"), [(errno.EPIPE, ""), (errno.ENOSPC, "No space left on device")]
)
@pytest.mark.parametrize("more", [[], ["--json"]], ids=["text", "json"])
def test_output_that_cannot_be_written_is_no_traceback(
    number: int,
    said: str,
    more: list[str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`| head` wants no more, and nothing is wrong; a full disk is told where it can be."""
    monkeypatch.setattr(sys, "stdout", _Broken(number))
    with pytest.raises(SystemExit) as ended:
        main(["destinations", "list", *more])
    assert (1, bool(said)) == (ended.value.code, bool(capsys.readouterr().err))


def test_a_folder_that_may_not_be_written_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied", "there")

    monkeypatch.setattr(Path, "mkdir", refuse)
    done = invoke("init", str(tmp_path / "new"))
    assert 1 == done.exit_code
    assert "there: Permission denied" in done.output


def test_what_nobody_foresaw_is_a_sentence_without_its_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """They may hold a value of a row, and so may a traceback."""

    def broken(*_: object, **__: object) -> None:
        raise ValueError("could not read ada@example.com")

    monkeypatch.setattr(Project, "at", broken)
    for more in ([], ["--json"]):
        done = invoke("plan", *more)
        assert 1 == done.exit_code
        assert "it broke at test_cli.py" in done.output
        assert "(ValueError)" in done.output and "ada" not in done.output


@pytest.mark.parametrize("name", ["target", "logs"])
def test_a_folder_that_dbt_may_not_write_is_a_sentence(tmp_path: Path, name: str) -> None:
    """dbt would show a traceback, or end without a word."""
    invoke("init", str(tmp_path))
    (tmp_path / name).write_text("no folder")  # the superuser may write to any
    done = invoke("build", "--project-dir", str(tmp_path), "--json")
    error = json.loads(done.stdout)["error"]
    assert (1, f"dbt writes to {tmp_path / name}, which this user may not") == (
        done.exit_code,
        error["message"],
    )


@pytest.mark.parametrize("name", ["--target", "-t"])
def test_the_target_of_a_build_is_that_of_its_audiences(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Handed on to dbt alone, it would build the SQL of one warehouse in another."""
    given: list[object] = []

    def at(*_: object, target: str, **__: object) -> None:
        given.append(target)
        raise UsageError("enough")

    monkeypatch.setattr(Project, "at", at)
    assert "enough" in invoke("build", name, "prod").output
    assert ["prod"] == given


def test_project_and_profile_of_dbt_s_environment_are_ours(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoke("init", str(tmp_path))
    monkeypatch.setenv("DBT_PROJECT_DIR", str(tmp_path))
    monkeypatch.setenv("DBT_PROFILE", "others")
    said = invoke("doctor").output
    assert f"ok       dbt project: {tmp_path.name}" in said
    assert "has no profile 'others'" in said


def test_what_dbt_does_not_take_is_wrong_usage_and_what_it_cannot_build_is_a_failure() -> None:
    usage = ["Usage: dbt build [OPTIONS]", "", "Error: No x."]
    wrong = failure("build", 2, usage)
    assert (2, "`dbt build` was not begun: No x.") == (wrong.exit_code, wrong.message)
    assert 2 == failure("parse", 2, ["Encountered an error:", "Runtime Error"]).exit_code
    assert 1 == failure("build", 2, ["Encountered an error:", "IO Error"]).exit_code
    assert 1 == failure("parse", None, []).exit_code


def test_a_missing_adapter_is_told_with_what_installs_it() -> None:
    said = ["Runtime Error", '  Credentials in profile "p" invalid: Runtime Error',
            "    Could not find adapter type snowflake!"]  # fmt: skip
    assert failure("parse", 2, said).remedy == "pip install dbt-snowflake"


def test_vars_of_the_user_are_kept_beside_as_of() -> None:
    given = ["--select", "x", "--vars", "{a: 1}", "--vars={b: 2}"]
    day = datetime(2026, 1, 1, tzinfo=UTC)
    found = with_as_of(given, day, always=False)
    assert ["--select", "x", "--vars"] == found[:-1]
    assert {"a": 1, "b": 2} == json.loads(found[-1])
    assert ["--select", "x"] == with_as_of(["--select", "x"], day, always=False)
    for unreadable in ("{a: [", "5"):
        with pytest.raises(UsageError, match="--vars takes a YAML mapping"):
            with_as_of(["--vars", unreadable], day, always=True)
    for variables, always in (("{a: 1, cdp_as_of: 2025-01-01}", False), ("{a: 1}", True)):
        found = with_as_of(["--vars", variables], day, always=always)
        assert {"a": 1, "cdp_as_of": "2026-01-01T00:00:00+00:00"} == json.loads(found[-1])


@pytest.mark.parametrize(
    ("variables", "set_there"),
    [
        ("cdp_as_of: 2026-01-01", True),
        ("shop: {cdp_as_of: 2026-01-01}", True),
        ("cdp_late_days: 3", False),
        ("", False),
    ],
)
def test_as_of_in_the_project_is_found(tmp_path: Path, variables: str, set_there: bool) -> None:
    """It goes before the environment, so --as-of must be a variable there."""
    (tmp_path / "dbt_project.yml").write_text(f"name: shop\nvars: {{{variables}}}\n")
    assert set_there == sets_as_of(Project.at(tmp_path))
    (tmp_path / "dbt_project.yml").write_text("name: shop\nvars:\n")
    assert not sets_as_of(Project.at(tmp_path))


def test_the_project_is_parsed_with_the_variables_of_the_build() -> None:
    """Only then dbt builds from what it parsed, and not all over again."""
    given = ["--select", "customers", "--vars", "{one: 1}", "--vars={two: 2}", "--threads", "2"]
    assert ["--vars", "{one: 1}", "--vars={two: 2}"] == variables_of(given)
    assert [] == variables_of(["--full-refresh"]) == variables_of(())
