"""The main job, played whole: the demo on a small shop, and the commands in what it leaves."""

from __future__ import annotations

import json
import shutil
import sys
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from math import erfc, nan, sqrt
from operator import itemgetter
from pathlib import Path
from typing import Any

import everywhere
import pytest
from click.testing import CliRunner

from cdp_activate.audiences.digest import audience_digest
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.preview import preview_sql
from cdp_activate.cli import main
from cdp_activate.demo.story import SECRET, SECRET_VARIABLES, DemoStory, Settings, first_day, play
from cdp_activate.destinations import google_ads
from cdp_activate.destinations.linkedin_ads import LinkedInAdsDestination
from cdp_activate.destinations.slack import SlackDestination
from cdp_activate.errors import UsageError
from cdp_activate.project import Project
from cdp_activate.receiver import Receiver
from cdp_activate.sync.audience_table import Mark, read_mark
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import planned

sys.path.append(str(Path(__file__).parent / "destinations"))
from contracts import contracts

pytestmark = pytest.mark.slow

AS_OF = datetime(2026, 3, 10, 6, tzinfo=UTC)
RUNS = ("first_run", "second_run", "day_after_run")


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoStory]:
    """The demo on 2,000 people, played once for all tests here."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    yield play(Settings(folder, customers=2_000, as_of=AS_OF))


@pytest.fixture(autouse=True)
def the_secret_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """As whoever looks around in the demo's project is told to do."""
    monkeypatch.setenv(SECRET_VARIABLES["shop"], SECRET)


@pytest.fixture
def project(story: DemoStory) -> Project:
    return Project.at(Path(story.folder), profiles=Path(story.folder))


def total(runs: list[dict[str, Any]], key: str) -> int:
    return sum(sum(run[key].values()) if isinstance(run[key], dict) else run[key] for run in runs)


def test_the_first_run_sends_the_audiences(story: DemoStory) -> None:
    runs = story.as_dict()["first_run"]
    assert total(runs, "added") > 100
    assert 0 == total(runs, "removed") == total(runs, "updated")
    assert total(runs, "rejected") > 0, "the receiver refuses some people for good"
    assert all(run["calls"] > 0 for run in runs if run["added"])


def test_a_second_run_makes_no_call(story: DemoStory) -> None:
    told = story.as_dict()
    assert 0 == total(told["second_run"], "calls")
    assert total(told["second_run"], "unchanged") == total(told["first_run"], "added")


def test_the_day_after_sends_the_difference(story: DemoStory, project: Project) -> None:
    """What is on each list afterwards is the audience, less those held back or rejected."""
    told = story.as_dict()
    assert total(told["day_after_run"], "added") > 0
    assert total(told["day_after_run"], "removed") > 0
    sizes = told["day_after"]["audiences"]
    for run in told["day_after_run"]:
        sync = project.syncs[run["sync"]]
        if sync.settings.mode == "mirror" and sync.destination.type == "webhook":
            held = sum(run["held_back"].values()) + sum(run["rejected"].values())
            expected = sizes[sync.audience.name]["size"] - held
            assert expected == told["received_lists"].get(sync.list_name, 0), run["sync"]


def test_the_day_after_needs_no_parsing_anew(project: Project) -> None:
    """dbt is told of the day in a way that does not make it read the whole project again."""
    logs = [path.read_text(encoding="utf-8") for path in project.folder.glob("logs/dbt.log*")]
    assert 1 == sum(log.count("Unable to do partial parsing") for log in logs)
    assert sum(log.count("no changes found, skipping parsing") for log in logs) >= 3


def test_nothing_is_left_to_do(story: DemoStory, project: Project) -> None:
    with project.warehouse() as warehouse:
        for sync in project.syncs.values():
            with planned(sync, project.catalog, warehouse, PlanOptions(story.next_as_of)) as plan:
                assert 0 == plan.changes, sync.name


def test_a_preview_has_the_members_that_dbt_built(story: DemoStory, project: Project) -> None:
    """Both come from one tree, written down in two ways: they must select the same people."""
    with project.warehouse() as warehouse, warehouse.reading():
        for audience in project.audiences.values():
            model = project.catalog.models[f"audience_{audience.name}"]
            sql = preview_sql(audience, project.audiences, project.catalog, story.next_as_of)
            built = warehouse.rows(f"select * from {model.relation} order by 1")
            assert built == warehouse.rows(f"select * from ({sql}) order by 1"), audience.name


def test_a_holdout_is_judged_from_the_history_of_its_audience(
    story: DemoStory, project: Project
) -> None:
    """Everyone by the first stay, members outside the holdout as treated; read in Python."""
    relation = {name: model.relation for name, model in project.catalog.models.items()}
    with project.warehouse() as warehouse, warehouse.reading():
        stays = warehouse.rows(
            "select audience, customer_id, variant, entered_at"
            f" from {relation['audience_members']} as stays"
            f" inner join {relation['customer_ids']} as ids on entity_key = source_customer_id"
        )
        orders = warehouse.rows(
            f"select customer_id, occurred_at from {relation['touchpoints']}"
            " where touchpoint = 'order_placed'"
        )
        lifts = warehouse.rows(
            "select experiment, variant, control, person_count, control_person_count,"
            " reached_rate, control_reached_rate, rate_difference, rate_difference_from,"
            f" rate_difference_to from {relation['experiment_lift']} where outcome = 'conversion'"
        )
        ratios = warehouse.rows(
            "select experiment, sample_ratio_p_value, has_sample_ratio_mismatch"
            f" from {relation['experiments']}"
        )

    # What the second build itself saw is judged by the next.
    seen = [row for row in stays if row[3] < story.next_as_of.replace(tzinfo=None)]
    divided = {audience for audience, _, variant, _ in seen if variant}
    first: dict[tuple[str, str], tuple[datetime, str]] = {}
    for audience, customer, variant, entered in sorted(seen, key=itemgetter(3)):
        if audience in divided:
            first.setdefault((audience, customer), (entered, variant or "treated"))
    reached: dict[tuple[str, str], list[bool]] = {}
    for (audience, customer), (entered, variant) in first.items():
        until = entered + timedelta(days=14)
        reached.setdefault((audience, variant), []).append(
            any(who == customer and entered <= at < until for who, at in orders)
        )
    expected = {}
    for audience in divided:
        treated, held = reached[audience, "treated"], reached[audience, "holdout"]
        rates = [sum(each) / len(each) for each in (treated, held)]
        error = sqrt(sum(p * (1 - p) / len(n) for p, n in zip(rates, (treated, held), strict=True)))
        difference = rates[0] - rates[1]
        bounds = (difference - 1.959964 * error, difference + 1.959964 * error)
        if not error:
            bounds = (nan, nan)
        expected[audience] = (len(treated), len(held), *rates, difference, *bounds)

    assert {"cart_abandoners", "lapsed_best_customers"} == divided
    assert {("treated", "holdout")} == {(variant, control) for _, variant, control, *_ in lifts}
    found = {
        audience: tuple(nan if value is None else float(value) for value in row)
        for audience, _, _, *row in lifts
    }
    assert found == {
        name: pytest.approx(row, abs=1e-6, nan_ok=True) for name, row in expected.items()
    }
    # A holdout of 20% was planned for the one, nothing for the other.
    treated, held = expected["lapsed_best_customers"][:2]
    everyone = treated + held
    chi_square = (held - everyone / 5) ** 2 / (everyone / 5)
    chi_square += (treated - everyone * 4 / 5) ** 2 / (everyone * 4 / 5)
    assert {
        "lapsed_best_customers": (pytest.approx(erfc(sqrt(chi_square / 2)), abs=1e-6), False),
        "cart_abandoners": (None, None),
    } == {name: (value if value is None else float(value), odd) for name, value, odd in ratios}


def test_every_stage_is_lived(story: DemoStory) -> None:
    stages = set(story.days[0]["stages"]) - {"none yet"}
    assert {
        "awareness", "consideration", "decision", "purchase", "retention", "advocacy", "lapsed",
    } == stages  # fmt: skip


def test_there_is_an_audience_for_every_stage_and_each_finds_someone(story: DemoStory) -> None:
    sizes = {name: one["size"] for name, one in story.days[0]["audiences"].items()}
    assert len(sizes) >= 8
    assert [] == [name for name, size in sizes.items() if size == 0]


def test_the_story_is_json(story: DemoStory) -> None:
    told = json.loads(json.dumps(story.as_dict()))
    for name in RUNS:
        for run in told[name]:
            assert {"added", "updated", "removed", "held_back", "rejected", "calls"} <= set(run)


def test_the_run_tables_hold_nothing_personal(story: DemoStory, project: Project) -> None:
    with project.warehouse() as warehouse, warehouse.state():
        for name in ("sync_runs", "sync_rejections", "sync_leases"):
            rows = warehouse.rows(f"select * from {warehouse.state_table(name)}")
            assert "@" not in str(rows), name


def test_the_day_after_is_today() -> None:
    now = datetime(2026, 3, 1, 1, 38, tzinfo=UTC)
    assert datetime(2026, 2, 28, 6, tzinfo=UTC) == first_day(now)


def test_a_folder_that_is_no_demo_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("keep me")
    with pytest.raises(UsageError, match="not empty"):
        play(Settings(tmp_path, customers=1_000, as_of=AS_OF))
    assert "keep me" == (tmp_path / "mine.txt").read_text()


# The commands, in the project that the demo leaves behind ...


def invoke(story: DemoStory, *arguments: str) -> Any:
    folder = ["--project-dir", story.folder, "--profiles-dir", story.folder]
    return CliRunner().invoke(main, [*arguments, *folder], catch_exceptions=False)


def test_commands_answer_in_words_and_in_json(story: DemoStory) -> None:
    for arguments in (
        ["audience", "list"],
        ["audience", "show", "vip_seed"],
        ["audience", "preview", "vip_seed", "--as-of", "2026-03-11"],
        ["catalog"],
        ["compile", "--check"],
        ["plan", "--as-of", story.next_as_of.isoformat()],
        ["sync", "--as-of", story.next_as_of.isoformat()],
        ["sync", "--dry-run", "--select", "vip_to_ads"],
        ["status"],
        ["journey", "stages", "--moves"],
        ["journey", "paths", "--touchpoints"],
        ["journey", "map"],
    ):
        done = invoke(story, *arguments)
        assert (0, True) == (done.exit_code, bool(done.output.strip())), arguments
        done = invoke(story, *arguments, "--json")
        assert (0, True) == (done.exit_code, bool(json.loads(done.output))), arguments


def test_everybody_is_somewhere_on_a_journey(story: DemoStory) -> None:
    """In the stages of the funnel or lapsed; and as many paths begin as there are people."""
    told = json.loads(invoke(story, "journey", "stages", "--json").output)
    now = sum(stage["current_count"] for stage in told["stages"]) + told["lapsed_count"]
    assert ("lifecycle", told["stages"][0]["reached_count"]) == (told["track"], now)
    paths = json.loads(invoke(story, "journey", "paths", "--limit", "3", "--json").output)["paths"]
    assert [1, 2, 3] == [path["place"] for path in paths]
    assert 0 < sum(path["path_count"] for path in paths) < now
    assert f"{told['lapsed_count']:,} customers more" in invoke(story, "journey", "stages").output


def test_tracks_are_suggested_and_are_not_those_of_accounts(story: DemoStory) -> None:
    done = invoke(story, "journey", "stages", "--track", "onbording")
    assert 2 == done.exit_code
    assert "did you mean 'onboarding'?" in done.output
    assert "account" not in done.output


@pytest.mark.parametrize("track", ["lifecycle", "onboarding"])
def test_the_map_is_what_a_plain_reading_of_the_tables_finds(
    story: DemoStory, project: Project, track: str
) -> None:
    """Who was in which stage when something happened to them, person by person in Python."""
    relation = {name: model.relation for name, model in project.catalog.models.items()}
    with project.warehouse() as warehouse, warehouse.reading():
        stays = warehouse.rows(
            f"select customer_id, stage, valid_from, valid_to from {relation['stage_history']}"
            " where track = ?", [track],
        )  # fmt: skip
        acts = warehouse.rows(
            "select customer_id, occurred_at, direction, touchpoint, channel, sentiment"
            f" from {relation['touchpoints']} where customer_id is not null"
        )
        pains = warehouse.rows(
            f"select customer_id, occurred_at, pain_point from {relation['pain_points']}"
        )
    of_person = defaultdict(list)
    for who, *stay in stays:
        of_person[who].append(stay)

    def stage_at(who: str, at: datetime) -> list[str]:
        return [
            stage
            for stage, begun, ended in of_person[who]
            if begun <= at and (ended is None or at < ended)
        ]

    did, felt, hurt = defaultdict(list), defaultdict(set), defaultdict(set)
    for who, at, direction, name, channel, sentiment in acts:
        for stage in stage_at(who, at):
            did[stage, direction, name, channel].append(who)
            felt[stage, sentiment].add(who)
    for who, at, name in pains:
        for stage in stage_at(who, at):
            hurt[stage, name].add(who)
    lived = defaultdict(set)
    for who, stage, *_ in stays:
        lived[stage].add(who)

    told = json.loads(invoke(story, "journey", "map", "--json", "--track", track).output)
    few = 0
    for column in (*told["stages"], told["lapsed"]):
        stage, everyone = column["stage"], len(lived[column["stage"]])
        few += 0 < everyone < 5
        assert (None if 0 < everyone < 5 else everyone) == column["visitor_count"]
        for direction, most in (("inbound", 5), ("outbound", 3)):
            expected = sorted(
                ((len(set(whom)), len(whom), *what) for (of, *what), whom in did.items()
                    if (of, what[0]) == (stage, direction) and len(set(whom)) >= 5),
                key=lambda one: -one[0],
            )  # fmt: skip
            found = [
                (one["customer_count"], one["touchpoint_count"], direction, one["touchpoint"],
                    one["channel"]) for one in column[direction]
            ]  # fmt: skip
            assert [one[0] for one in expected[:most]] == [one[0] for one in found]
            assert set(found) <= set(expected)
            assert [one[0] / everyone for one in found] == pytest.approx(
                [one["customer_share"] for one in column[direction]]
            )
        for kind, sentiment in (("good", 1), ("bad", -1)):
            count = len(felt[stage, sentiment])
            few += 0 < count < 5
            shown = None if 0 < count < 5 else count
            assert shown == column[f"{kind}_customer_count"], (stage, kind)
        counts = sorted((len(whom) for (of, _), whom in hurt.items() if of == stage), reverse=True)
        few += any(count < 5 for count in counts)
        assert [count for count in counts if count >= 5][:5] == [
            one["customer_count"] for one in column["pain_points"]
        ]
        assert {(one["pain_point"], one["customer_count"]) for one in column["pain_points"]} <= {
            (name, len(whom)) for (of, name), whom in hurt.items() if of == stage
        }
    assert few, "there are small groups"


def test_doctor_finds_that_the_receiver_is_gone(story: DemoStory) -> None:
    done = invoke(story, "doctor", "--json")
    failing = [one["what"] for one in json.loads(done.output) if not one["ok"]]
    assert (1, ["destination mail_platform"]) == (done.exit_code, failing)


def test_stale_files_fail_the_check(story: DemoStory, project: Project) -> None:
    path = project.models / "audience_vip_seed.sql"
    before = path.read_text()
    path.write_text(before + "-- edited by hand\n")
    try:
        done = invoke(story, "compile", "--check")
        assert 1 == done.exit_code
        assert "audience_vip_seed.sql" in done.output
    finally:
        path.write_text(before)


def test_tables_of_audiences_say_what_they_are_of(story: DemoStory, project: Project) -> None:
    with project.warehouse() as warehouse, warehouse.reading():
        marks = {
            name: read_mark(warehouse, project.catalog.models[audience_model(name)].relation)
            for name in project.audiences
        }
    for name, one in project.audiences.items():
        mark = marks[name]
        assert mark and mark.built_at
        assert timedelta(0) < datetime.now(UTC) - mark.built_at < timedelta(days=1)
        digest = audience_digest(one, project.audiences)
        assert Mark(digest, story.next_as_of, mark.built_at) == mark
    done = invoke(story, "sync", "--as-of", story.as_of.isoformat())
    assert 3 == done.exit_code
    assert "as of 2026-03-11 06:00 UTC" in done.output


def test_a_guard_refuses_with_its_own_exit_code(story: DemoStory) -> None:
    path = Path(story.folder) / "syncs" / "vip_to_ads.yml"
    before = path.read_text()
    path.write_text(before.replace("guards: {max_remove: 30%}", "guards: {min_size: 1000000}"))
    try:
        done = invoke(story, "sync", "--select", "vip_to_ads")
        assert 3 == done.exit_code
        assert "min_size" in done.output
        assert "--allow min_size" in done.output
    finally:
        path.write_text(before)


def test_unknown_names_are_suggested(story: DemoStory) -> None:
    done = invoke(story, "sync", "--select", "vip_to_add")
    assert 2 == done.exit_code
    assert "did you mean 'vip_to_ads'?" in done.output


def test_one_command_syncs_the_audiences_to_every_platform(
    story: DemoStory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each type gets an audience, messages as well; every platform is behind a socket here."""
    folder = tmp_path / "shop"
    shutil.copytree(story.folder, folder)
    monkeypatch.setattr(LinkedInAdsDestination, "first_use", 0.0)
    monkeypatch.setattr(SlackDestination, "requests_per_second", None)
    command = [
        "sync",
        "--json",
        "--allow",
        "first_run",
        "--project-dir",
        str(folder),
        "--profiles-dir",
        str(folder),
    ]
    command += ["--as-of", story.next_as_of.isoformat()]
    tested = contracts()
    told = {name: one.told for name, one in tested.items() if hasattr(one, "told")}
    with everywhere.platforms(tested) as there, Receiver() as hook:
        monkeypatch.setattr(google_ads, "TOKENS", f"{there['google_ads'][1]['base_url']}/token")
        chosen = folder, ["cart_abandoners", "club_advocates"]
        types = everywhere.write(chosen, told, there, hook, monkeypatch.setenv)
        first, second = (CliRunner().invoke(main, command) for _ in range(2))
        held = {
            f"to_{name}": len(
                emulator.messages() if name in told else emulator.members(run["list"])
            )
            for name, (emulator, _) in there.items()
            for run in json.loads(first.output)
            if run["sync"] == f"to_{name}"
        }
    assert (0, 0) == (first.exit_code, second.exit_code)
    added = {run["sync"]: run["added"] for run in json.loads(first.output)}
    assert added.keys() == types.keys()
    assert min(added.values()) > 0
    assert held == {name: added[name] for name in held}
    assert len(held) >= 12
    assert {"slack", "zalo_zns"} == told.keys()
    assert {0} == {run["calls"] for run in json.loads(second.output)}
