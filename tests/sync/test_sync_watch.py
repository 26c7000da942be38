"""Logs, traces, metrics and alerts: they say what happened, and nothing of anybody."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import duckdb
import pytest
from bed import SYNC, Bed, people, person
from click.testing import CliRunner
from opentelemetry import metrics, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from cdp_activate.cli import main
from cdp_activate.errors import BusyError, CdpError, SourceErrors
from cdp_activate.http import FunctionTransport, Request, Response
from cdp_activate.local_server import LocalServer
from cdp_activate.signature import secret_bytes, sign
from cdp_activate.sync.alerts import Alerts
from cdp_activate.sync.channels import WebhookChannel
from cdp_activate.sync.tables import RunRecord
from cdp_activate.sync.telemetry import Telemetry
from cdp_activate.sync.watch import LogWatch, Watcher, Watchers


def command(bed: Bed, *arguments: str) -> Any:
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    return CliRunner().invoke(main, [*arguments, *folder, "--as-of", "2026-03-10"])


def test_the_log_is_one_json_object_a_line_with_the_run_and_the_sync(bed: Bed) -> None:
    bed.build(people(3))
    done = command(bed, "sync", "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert ["run_started", "run_planned", "run_finished"] == [line["event"] for line in lines]
    ((run_id,),) = bed.rows("select run_id from {runs}")
    assert {("vips_to_mail", run_id)} == {(line["sync"], line["run_id"]) for line in lines}
    assert {"at", "level", "destination"} <= lines[0].keys()
    assert (3, 3) == (lines[1]["add"], lines[2]["added"])
    bed.write("syncs/vips.yml", SYNC.replace("first_run: false", "first_run: false, min_size: 9"))
    refused = command(bed, "sync", "--log-format", "text")
    last = refused.stderr.splitlines()[2]
    assert ' error run_failed sync="vips_to_mail"' in last
    assert "message=\"the sync 'vips_to_mail' was refused" in last
    assert "" == command(bed, "plan").stderr


@pytest.mark.parametrize(
    ("arguments", "event"),
    [
        (["sync"], "run_failed"),
        (["sync", "--json"], "run_failed"),
        (["sync", "--dry-run"], ""),
        (["sync", "--select", "nobody"], "command_failed"),
        (["erase", "nobody", "--yes"], "command_failed"),
    ],
    ids=lambda one: " ".join(one) if isinstance(one, list) else one,
)
def test_a_log_of_json_is_nothing_but_json_whatever_fails(
    bed: Bed, arguments: list[str], event: str
) -> None:
    bed.build(people(3))
    bed.write("syncs/vips.yml", SYNC.replace("first_run: false", "first_run: false, min_size: 9"))
    if arguments[0] == "erase":
        bed_options = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
        done = CliRunner().invoke(main, [*arguments, "--log-format", "json", *bed_options])
    else:
        done = command(bed, *arguments, "--log-format", "json")
    lines = [json.loads(line) for line in done.stderr.splitlines()]
    assert event in [line["event"] for line in lines] or not event
    assert len([line for line in lines if line["level"] == "error"]) == bool(event)


def test_that_another_process_runs_a_sync_is_no_error_of_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Cron calls again before a run has ended: nobody is woken for that."""
    run = RunRecord("vips", "mail", "VIPs", datetime(2026, 3, 10, tzinfo=UTC))
    with caplog.at_level("INFO", "cdp_activate"):
        for error in (BusyError("it is already running"), CdpError("it broke")):
            LogWatch().finished(run, error)
    assert ["INFO", "ERROR"] == [record.levelname for record in caplog.records]


@pytest.fixture(scope="module")
def exported() -> tuple[InMemorySpanExporter, InMemoryMetricReader]:
    """What a program that runs us would set up; OpenTelemetry takes it once a process."""
    spans, reader = InMemorySpanExporter(), InMemoryMetricReader()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(spans))
    trace.set_tracer_provider(provider)
    metrics.set_meter_provider(MeterProvider([reader]))
    return spans, reader


def measured(reader: InMemoryMetricReader) -> dict[str, dict[str, Any]]:
    """Metric -> attribute `cdp.outcome` or `cdp.state` -> its point."""
    data = reader.get_metrics_data()
    return {
        metric.name: {
            str(
                (point.attributes or {}).get(
                    "cdp.outcome", (point.attributes or {}).get("cdp.state")
                )
            ): point
            for point in metric.data.data_points
        }
        for resource in (data.resource_metrics if data else ())
        for scope in resource.scope_metrics
        for metric in scope.metrics
    }


def test_a_run_is_a_trace_with_its_steps_and_is_counted(
    bed: Bed, exported: tuple[InMemorySpanExporter, InMemoryMetricReader]
) -> None:
    spans, reader = exported
    spans.clear()
    bed.build(people(3))
    bed.run(watch=Telemetry())
    plan, deliver, root = spans.get_finished_spans()
    assert ["plan", "deliver", "sync vips_to_mail"] == [plan.name, deliver.name, root.name]
    assert plan.parent and deliver.parent and root.context
    assert {root.context.span_id} == {plan.parent.span_id, deliver.parent.span_id}
    assert 3 == dict(plan.attributes or {})["cdp.plan.add"]
    assert {"cdp.state": "done", "cdp.rows.added": 3, "cdp.list": "VIPs"}.items() <= dict(
        root.attributes or {}
    ).items()
    bed.build(people(0))
    with suppress(CdpError):
        bed.run(watch=Telemetry())
    assert "ERROR" == spans.get_finished_spans()[-1].status.status_code.name
    found = measured(reader)
    assert 3 == found["cdp_activate.rows"]["added"].value
    assert (1, 1) == tuple(found["cdp_activate.runs"][state].value for state in ("done", "refused"))
    assert 1 == found["cdp_activate.run.duration"]["done"].count
    assert 0 == found["cdp_activate.audience.size"]["None"].value


class Told(list[Request]):
    """Requests that alert channels sent; answers 200, or what is in `answers` first."""

    def __init__(self) -> None:
        self.answers: list[int] = []

    def __call__(self, request: Request) -> Response:
        self.append(request)
        return Response(self.answers.pop(0) if self.answers else 200)

    @property
    def bodies(self) -> list[Any]:
        return [request.json() for request in self]


ALERTS = """\
alerts:
  ops: {type: webhook, url: "{{ env_var('OPS_URL') }}", secret: "{{ env_var('OPS_SECRET') }}"}
  team: {type: slack, url: "{{ env_var('TEAM_URL') }}", on: [guard]}
"""


@pytest.fixture(autouse=True)
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the files here ask the environment for."""
    monkeypatch.setenv("OPS_URL", "https://ops.example.com/hook/t0ken")
    monkeypatch.setenv("OPS_SECRET", "sh-h-h")
    monkeypatch.setenv("TEAM_URL", "https://hooks.slack.example.com/T0/B0/s3cret")
    monkeypatch.setenv("NO_BASE64", "whsec_ s3cret")
    monkeypatch.setenv("MAIL_SECRET", "hunter2")


@pytest.fixture
def told() -> Iterator[Told]:
    yield Told()


def watch(bed: Bed, told: Told, naps: list[float] | None = None) -> Watcher:
    naps = [] if naps is None else naps
    transport = FunctionTransport(told)
    return Watchers([Alerts(bed.project.alert_channels, transport=transport, sleep=naps.append)])


def run(bed: Bed, watcher: Watcher) -> None:
    with suppress(CdpError):
        bed.run(watch=watcher)


def test_alerts_of_guards_failures_and_rejections_reach_those_who_want_them(
    bed: Bed, told: Told
) -> None:
    bed.write("syncs/alerts.yml", ALERTS)
    bed.build(people(20))
    run(bed, watch(bed, told))
    assert [] == told
    bed.build([])
    run(bed, watch(bed, told))
    ops, team = told
    body = ops.json()
    assert ("alert", "guard", "vips_to_mail", "refused") == (
        body["type"], body["occasion"], body["sync"], body["state"],
    )  # fmt: skip
    assert "the audience is empty, the list holds 20" in body["text"]
    stamp, message = ops.headers["webhook-timestamp"], ops.headers["webhook-id"]
    assert ops.headers["webhook-signature"] == sign(
        secret_bytes("sh-h-h"), message, stamp, ops.body
    )
    assert {"text": body["text"]} == team.json()
    told.clear()
    bed.receiver.misbehave("status", status=401)
    bed.build(people(21))
    run(bed, watch(bed, told))
    assert [("failure", "ops.example.com")] == [
        (b["occasion"], r.host) for b, r in zip(told.bodies, told, strict=True)
    ]
    assert "mail answered 401" in told.bodies[0]["text"]
    told.clear()
    bed.receiver.misbehave("reject_rows", containing="c-0002", reason="no", times=None)
    bed.build(people(40))
    run(bed, watch(bed, told))
    assert ["rejections"] == [body["occasion"] for body in told.bodies]
    assert "mail rejected 10 of 20 rows, more than 5%" in told.bodies[0]["text"]


def test_an_alert_is_tried_again_and_its_failure_harms_no_run(
    bed: Bed, told: Told, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bed.write(
        "syncs/alerts.yml", ALERTS.replace("on: [guard]", "on: [guard], syncs: [vips_to_mail]")
    )
    bed.build([])
    bed.write("syncs/vips.yml", SYNC.replace("first_run: false", "first_run: false, min_size: 9"))
    naps: list[float] = []
    told.answers = [503, 200, 500, 500, 500]
    run(bed, watch(bed, told, naps))
    assert (5, 3) == (len(told), len(naps))
    failed = caplog.records[-1]
    assert "alert_failed" == failed.msg
    assert "s3cret" not in caplog.text and "t0ken" not in str(failed.__dict__)

    class Broken(Watcher):
        def started(self, run: Any) -> None:
            raise RuntimeError("person.1@example.com")

    # What a library raises in one channel keeps no other from being told.
    told.clear()
    monkeypatch.setattr(WebhookChannel, "send", lambda *_: [][0])
    run(bed, watch(bed, told))
    assert ["hooks.slack.example.com"] == [request.host for request in told]
    last = [one for one in caplog.records if one.msg == "alert_failed"][-1]
    assert "IndexError" in str(last.__dict__)

    bed.build(people(9))
    bed.run(watch=Watchers([Broken()]))
    assert "watcher_failed" in caplog.text and "person.1" not in caplog.text


@pytest.mark.duckdb_files
def test_a_file_that_dbt_holds_for_many_minutes_is_told_of_once(bed: Bed, told: Told) -> None:
    bed.write("syncs/alerts.yml", ALERTS.replace("on: [guard]", "on: [failure]"))
    bed.build(people(1))
    bed.wait = 0.05
    with duckdb.connect(str(bed.folder / "warehouse.duckdb")):
        for _ in range(3):
            run(bed, watch(bed, told))
    assert ["locked"] * 3 == [state for (state,) in bed.rows("select state from {runs}")]
    assert 2 == len(told), "each channel, once"


@pytest.mark.filterwarnings("ignore:'imghdr':DeprecationWarning")  # of Apprise, on import
def test_apprise_delivers_over_its_own_connections(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    bodies = []

    def answer(request: Request) -> Response:
        bodies.append(request.json())
        return Response(200)

    bed.build([])
    with LocalServer(answer) as server:
        monkeypatch.setenv("ADDRESS", server.url.replace("http://", "json://"))
        entry = "{type: apprise, url: \"{{ env_var('ADDRESS') }}\"}"
        bed.write("syncs/alerts.yml", f"alerts: {{all: {entry}}}")
        bed.change_sync("first_run: false", "first_run: false, min_size: 9")
        run(bed, Alerts(bed.project.alert_channels))
    assert "cdp-activate: vips_to_mail" == bodies[0]["title"]
    assert "fewer than 9" in bodies[0]["message"]


SLACK = "alerts:\n  a:\n    type: slack\n    url: "
URL = "\"{{ env_var('TEAM_URL') }}\""


@pytest.mark.parametrize(
    ("written", "line", "message"),
    [
        ("alerts: {a: {type: slak, url: x}}", 1, "the alert channel 'a' cannot be of type 'slak'"),
        ("alerts: {a: {url: x}}", 1, "the alert channel 'a' has no `type:`"),
        (f"{SLACK}{URL}\n    on: [gard]", 5, "it should be 'failure'"),
        (f"{SLACK}{URL}\n    syncs: [vips]", 5, "unknown sync 'vips'"),
        (SLACK + "\"{{ env_var('NO_SUCH_URL') }}\"", 4, "NO_SUCH_URL is not set"),
        (f"{SLACK}https://hooks.slack.com/x", 4, "a secret stands in the file"),
        ("alerts: {a: {type: webhook, url: \"{{ env_var('OPS_URL') }}\",\n"
         "secret: \"{{ env_var('NO_BASE64') }}\"}}", 2, "what follows whsec_ is not base64"),
        ("channels: {}", 1, "no `alerts:` here"),
    ],
)  # fmt: skip
def test_a_mistake_in_alerts_is_shown_at_its_line(
    bed: Bed, written: str, line: int, message: str
) -> None:
    bed.write("syncs/alerts.yml", written)
    with pytest.raises(SourceErrors) as caught:
        _ = bed.project.alert_channels
    (problem,) = caught.value.problems
    assert ("syncs/alerts.yml", line) == (problem.path, problem.line)
    assert message in problem.message


SECRETS = ("quoted.back@example.com", "491701234567", "Wilhelmina", "k-1789", "hunter2", "person.n")


def test_nothing_personal_is_in_any_log_trace_metric_alert_or_output(
    bed: Bed,
    told: Told,
    exported: tuple[InMemorySpanExporter, InMemoryMetricReader],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Runs that fail in every way, over people whose every value is known to the test."""
    spans, reader = exported
    spans.clear()
    caplog.set_level("DEBUG", "cdp_activate")
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    bed.mail("secret: \"{{ env_var('MAIL_SECRET') }}\"")
    bed.write("syncs/alerts.yml", ALERTS.replace("OPS_SECRET", "MAIL_SECRET"))
    mail, phone, name, key = SECRETS[:4]
    someone = person(key, email=mail, phone=f"+{phone}", first_name=name)
    reason = f"{mail} (+{phone}, {name}) is not known"
    shown: list[str] = []
    watcher = Watchers([LogWatch(), Telemetry(), watch(bed, told)])
    for points, (fault, options) in enumerate(
        (
            ("reject_rows", {"keys": {key: reason}}),
            ("status", {"status": 404}),
            ("refuse_batch_with", {"key": key}),
            ("malformed_json", {"times": None}),
        )
    ):
        bed.receiver.behave()
        bed.receiver.misbehave(fault, **options)  # type: ignore[arg-type]
        rest = [person(f"n{number}", points=points) for number in range(5)]
        bed.build(
            [person(key, email=mail, phone=f"+{phone}", first_name=name, points=points), *rest]
        )
        try:
            bed.run(watch=watcher, retry_rejected=True)
        except CdpError as error:
            shown.append(f"{error} {error!r} {error.as_dict()}")
    bed.receiver.behave()
    bed.receiver.misbehave("reject_rows", keys={key: reason}, times=None)
    (bed.folder / "syncs/alerts.yml").unlink()
    bed.build([someone, *(person(f"n{number}", phone="12") for number in range(3))])
    for words in (["sync", "--log-format", "json"], ["run", "--due", "--dry-run"]):
        shown.append(command(bed, *words).output)
    # Of whom a plan is about it shows keys, and nothing else that is not masked.
    shown.append(command(bed, "plan").output.replace(f"held {key}: rejected before", ""))
    folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
    for words in (["runs", "--json"], ["rejections"], ["status"]):
        shown.append(CliRunner().invoke(main, [*words, *folder]).output)
    shown += [str(bed.rows(f"select * from {{{name}}}")) for name in ("runs", "leases")]
    shown += [str(bed.rows("select reason from {rejections}"))]
    shown += [span.to_json() for span in spans.get_finished_spans()]
    data = reader.get_metrics_data()
    shown += [data.to_json() if data else ""]
    shown += [f"{record.getMessage()} {record.__dict__}" for record in caplog.records]
    shown += [f"{body}" for body in told.bodies]
    everything = "\n".join(shown)
    assert 4 <= len(told) and 12 <= len(caplog.records) and 8 <= len(spans.get_finished_spans())
    assert "not known" in everything
    assert [] == [value for value in SECRETS if value in everything]
