"""A company, a platform and runs of its syncs, at random: what must hold holds after each run.

Everything is drawn: who joins, leaves, withdraws, changes an address; what the platform does
wrong; where a run is killed; which runs meet. What fails is shrunk to the shortest story and
printed as one: a list of sentences such as `run(news={'ann': {'consent': 'withdrawn'}}, ...)`.
"""

from __future__ import annotations

import gc
import itertools
import json
import os
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeAlias
from unittest import mock

import duckdb
import pytest
from bed import AS_OF, QUICK, Bed, Person, may_be_sent, person
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    rule,
    run_state_machine_as_test,
)
from mortal import KilledError, Life, Moment, MortalTransport, mortal_files, mortal_warehouse

from cdp_activate.errors import BusyError, CdpError, LockedError, UsageError
from cdp_activate.http import Request, Response
from cdp_activate.receiver import PlatformBehaviour, SimulatedPlatform
from cdp_activate.sync import lease
from cdp_activate.sync.run import RunOptions, run_sync

WHO = ("ann", "bob", "cyd", "dan", "eve")
LISTS = {"mirrored": "Mirrored", "other": "Other"}
"""The syncs and their lists; what kind the other sync is depends on the story."""

Place: TypeAlias = tuple[str, str]
"""A list and an address on it."""

THEIRS = "somebody.else@example.com"
"""Somebody whom the platform's own people put on our lists."""

OURS = "ours@example.com"
"""An address that several people of a household give."""

SYNC = """\
sync: {name}
audience: vips
destination: mail
mode: {mode}
list: {list}{more}
identifiers: {{email: email}}
fields: {{FNAME: first_name, POINTS: points}}
consent: email_marketing
guards: {{max_remove: 60%}}
"""

FAULTS: dict[str, dict[str, Any]] = {
    "busy": {"fault": "status", "status": 429, "retry_after": "0.001"},
    "broken": {"fault": "status", "status": 500},
    "broken after applying": {"fault": "status", "status": 500, "applied": True},
    "reset": {"fault": "reset"},
    "reset after applying": {"fault": "reset", "applied": True},
    "half a body": {"fault": "half_body"},
    "no JSON": {"fault": "malformed_json"},
    "delivered twice": {"fault": "duplicate", "after": 0},
    "delivered again later": {"fault": "duplicate", "after": 2},
    "credentials refused": {"fault": "status", "status": 401},
}
MOMENTS = st.one_of(
    st.builds(Moment, st.just("statement"), st.integers(1, 90)),
    st.builds(Moment, st.sampled_from(["call", "answer"]), st.integers(1, 4)),
    st.builds(Moment, st.sampled_from(["write", "fsync", "unlink"]), st.integers(1, 8)),
)
CHANGES = st.sampled_from(
    [
        {"member": False},
        {"member": True},
        {"consent": "withdrawn"},
        {"consent": None},
        {"consent": "granted"},
        {"known": False},
        {"known": True},
        {"variant": "holdout"},
        {"variant": "treatment"},
        {"points": 2},
        {"points": 3},
        {"first_name": "Bea"},
        {"first_name": None},
        {"email": "not an address"},
        {"email": "new"},
        {"email": "ours"},
        {"email": "ours"},
    ]
)

NEWS = st.dictionaries(st.sampled_from(WHO), CHANGES, max_size=3)
"""Who changes before a run looks, and how."""


@dataclass
class Seen:
    """What the network saw of one run."""

    calls: int = 0
    sent: set[str] = field(default_factory=set)
    rejected: dict[str, str] = field(default_factory=dict)
    unanswered: bool = False
    wrongly_sent: list[str] = field(default_factory=list)


class Clock:
    """The time of day, and which processes are gone, as the leases see them."""

    def __init__(self) -> None:
        self.ahead = timedelta()
        self.gone: set[str] = set()
        self.number = itertools.count(1)
        self.owner = ""

    def now(self) -> datetime:
        return self.real() + self.ahead

    real = staticmethod(lease.now)

    @contextmanager
    def process(self) -> Iterator[str]:
        """A process of its own, as far as leases can tell."""
        before, self.owner = self.owner, f"process-{next(self.number)}"
        try:
            yield self.owner
        finally:
            self.owner = before


class Company(RuleBasedStateMachine):
    """See the docstring of this file. `behaviours` are the platforms it may meet."""

    behaviours: st.SearchStrategy[PlatformBehaviour] = st.just(
        PlatformBehaviour(matches_on="email")
    )
    other_mode = "upsert"
    other_list, more, their_lists = LISTS["other"], "", tuple(LISTS.values())

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.reader = duckdb.connect(":memory:", config={"threads": "1"})
        self.clock = Clock()
        self.patches = [
            mock.patch.object(lease, "now", self.clock.now),
            mock.patch.object(lease, "_owner", lambda: self.clock.owner),
            mock.patch.object(lease, "_is_gone", lambda owner: owner in self.clock.gone),
        ]
        for patch in self.patches:
            patch.start()

    def teardown(self) -> None:
        try:
            if hasattr(self, "bed"):
                self.comes_to_rest()
        finally:
            for patch in self.patches:
                patch.stop()
            self.reader.close()
            self.folder.cleanup()

    @initialize(data=st.data())
    def begin(self, data: st.DataObject) -> None:
        self.behaviour = data.draw(self.behaviours, label="platform")
        self.platform = SimulatedPlatform(self.behaviour)
        self.bed = Bed(Path(self.folder.name), self.platform)  # type: ignore[arg-type]
        once = "\n    deduplicates: true" if self.behaviour.deduplicates else ""
        self.bed.mail(f"batch_size: 2\n    concurrency: 1\n    matches_on: identifiers{once}")
        (self.bed.folder / "syncs/vips.yml").unlink()
        for mode, name in (("mirror", "mirrored"), (self.other_mode, "other")):
            of = (self.other_list, self.more) if name == "other" else (LISTS[name], "")
            text = SYNC.format(name=name, mode=mode, list=of[0], more=of[1])
            self.bed.write(f"syncs/{name}.yml", text)
        theirs = {"theirs": {"key": "theirs", "identifiers": {"email": THEIRS}, "fields": {}}}
        for name in self.their_lists:
            self.platform.put(name, theirs)
        self.everyone = {key: person(key) for key in WHO}
        household = data.draw(st.sampled_from([(), ("ann", "bob")]), label="share an address")
        for who in household:
            self.everyone[who] = person(who, email=OURS)
        self.addresses = itertools.count(1)
        self.is_built = False
        self.killed: set[str] = set()
        self.used: set[str] = set()
        self.sizes: dict[str, int | None] = {}
        self.entries: Counter[str] = Counter()
        self.were_in: set[str] = set()

    # What happens in the company, and to it.

    def change(self, news: dict[str, dict[str, Any]]) -> None:
        for who, change in news.items():
            if change.get("email") == "ours":
                change = {"email": OURS}
            if change.get("email") == "new":
                change = {"email": f"{who}.{next(self.addresses)}@example.com"}
            self.everyone[who] = replace(self.everyone[who], **change)
        self.is_built = self.is_built and not news

    @rule()
    def everyone_leaves(self) -> None:
        self.change({who: {"member": False} for who in WHO})

    @rule(what=st.sampled_from(sorted(FAULTS)), times=st.integers(1, 5))
    def the_platform_fails(self, what: str, times: int) -> None:
        self.platform.misbehave(**FAULTS[what], times=times)  # type: ignore[arg-type]

    @rule(who=st.sampled_from(WHO), whole=st.booleans(), times=st.integers(1, 2))
    def the_platform_dislikes(self, who: str, whole: bool, times: int) -> None:
        if whole:
            self.platform.misbehave("refuse_batch_with", key=who)
        else:
            self.platform.misbehave("reject_rows", containing=who, reason="no", times=times)

    @rule(leases_end=st.booleans())
    def a_while_passes(self, leases_end: bool) -> None:
        """The platform behaves again, and does what it still had to do."""
        self.platform.behave()
        self.platform.finish_jobs()
        if leases_end:
            self.clock.ahead += timedelta(minutes=10)

    # Runs.

    @rule(
        news=NEWS,
        name=st.sampled_from(sorted(LISTS)),
        killed=st.none() | MOMENTS,
        is_seen_dead=st.booleans(),
        allow=st.sampled_from([(), ("max_remove", "emptied")]),
        asked=st.sampled_from(
            [{}, {}, {"max_rows": 2}, {"full_refresh": True}, {"retry_rejected": True}]
        ),
    )
    def run(
        self,
        news: dict[str, dict[str, Any]],
        name: str,
        killed: Moment | None,
        is_seen_dead: bool,
        allow: tuple[str, ...],
        asked: dict[str, Any],
    ) -> None:
        """`is_seen_dead`: others can tell that a killed run is gone; else its lease must end."""
        self.change(news)
        self.go(name, killed=killed, is_seen_dead=is_seen_dead, allow=allow, **asked)

    @rule(
        news=NEWS,
        first=st.sampled_from(sorted(LISTS)),
        second=st.sampled_from(sorted(LISTS)),
        at_call=st.integers(1, 3),
    )
    def two_runs_meet(
        self, news: dict[str, dict[str, Any]], first: str, second: str, at_call: int
    ) -> None:
        """The second begins while a call of the first is under way."""
        self.change(news)

        def meanwhile() -> None:
            calls = self.platform.calls
            state = self.go(second, allow=("max_remove", "emptied"))
            if first == second:
                assert "locked out" == state, "two runs of one sync went on side by side"
                assert calls == self.platform.calls

        self.go(first, allow=("max_remove", "emptied"), meanwhile=(at_call, meanwhile))

    @rule(news=NEWS, name=st.sampled_from(sorted(LISTS)), at_call=st.integers(1, 3))
    def a_run_freezes_and_another_takes_over(
        self, news: dict[str, dict[str, Any]], name: str, at_call: int
    ) -> None:
        """A call takes ten minutes, so the lease ends; then the first run goes on."""
        self.change(news)

        def meanwhile() -> None:
            self.clock.ahead += timedelta(minutes=10)
            self.go(name, allow=("max_remove", "emptied"))

        self.go(name, allow=("max_remove", "emptied"), meanwhile=(at_call, meanwhile))

    @rule(news=NEWS, name=st.sampled_from(sorted(LISTS)), after=st.integers(1, 3))
    def a_run_is_told_to_stop(self, news: dict[str, dict[str, Any]], name: str, after: int) -> None:
        self.change(news)
        self.go(name, allow=("max_remove", "emptied"), stop_after=after)

    def go(
        self,
        name: str,
        *,
        killed: Moment | None = None,
        is_seen_dead: bool = True,
        meanwhile: tuple[int, Any] | None = None,
        stop_after: int = 0,
        **asked: Any,
    ) -> str:
        """Run a sync and check what must hold. How it ended: done, killed, locked out, .."""
        self.used.add(name)
        self.remember_entries(name)
        if not self.is_built:
            self.bed.build(self.everyone.values())
            self.is_built = True
        # Of first runs `test_sync_guards` tells.
        asked["allow"] = (*asked.get("allow", ()), "first_run")
        options = RunOptions(patience=QUICK, **asked)
        life, seen = Life(killed), Seen()

        def sent(request: Request) -> None:
            seen.calls += 1
            self.look_at(name, request, seen)
            if seen.calls == stop_after:
                options.stop.set()
            if meanwhile is not None and seen.calls == meanwhile[0]:
                meanwhile[1]()

        def heard(request: Request, answer: Response | None) -> None:
            self.remember_rejections(request, answer, seen)

        transport = MortalTransport(self.platform.transport, life, sent, heard)
        warehouse = mortal_warehouse(self.bed.folder / "warehouse.duckdb", life)
        ended: Any = None
        with self.clock.process() as owner, mortal_files(life):
            try:
                ended = run_sync(
                    self.bed.project.syncs[name],
                    self.bed.project.catalog,
                    warehouse,
                    as_of=AS_OF,
                    options=replace(options, transport=transport),
                )
            except (CdpError, KilledError) as error:
                # Not the error: it holds on to what the dead left open.
                ended = getattr(error, "guards", ()) or type(error)
        warehouse.close()
        if life.is_over:
            gc.collect()
        if life.is_over and is_seen_dead:
            self.clock.gone.add(owner)
        unwritten = killed is not None and killed.at in ("write", "fsync")
        if seen.unanswered or unwritten:
            # A job whose name never reached us, or could not be written down any more: nobody
            # can wait for it.
            self.platform.finish_jobs()
        state = self.state_of(life, ended, seen)
        # What a stopped run left at the platform is written down by the next one.
        is_open = life.is_over or (state != "done" and warehouse.has_work(name))
        (self.killed.add if is_open else self.killed.discard)(name)
        if options.max_rows is not None:
            assert len(seen.sent) <= options.max_rows, "more was sent than was asked for"
        self.check(name, state, seen)
        if state == "done" and not options.allow:
            self.check_guards(name, ended.record.removed)
        self.sizes[name] = len(self.tables(name)[0]) if state == "done" else None
        return state

    def state_of(self, life: Life, ended: Any, seen: Seen) -> str:
        if life.is_over:
            return "killed"
        if ended == ("max_rejected",):
            return "stopped"
        if isinstance(ended, tuple):
            # What a killed run left at the platform is asked after before there is a plan.
            assert set() == seen.sent, "a guard refused after somebody was sent"
            return "refused"
        if ended in (BusyError, LockedError, UsageError):
            return "locked out"
        return "failed" if isinstance(ended, type) else str(ended.record.state)

    # What is seen of a run while it goes on.

    def look_at(self, name: str, request: Request, seen: Seen) -> None:
        said = json.loads(request.body)
        seen.sent |= {row["key"] for row in said.get("rows", ())}
        if said["action"] not in ("upsert", "send"):
            return
        for row in said["rows"]:
            place = said["list"], row["identifiers"].get("email")
            if self.place(name, self.everyone[row["key"]]) != place:
                seen.wrongly_sent.append(row["key"])

    def remember_rejections(self, request: Request, answer: Response | None, seen: Seen) -> None:
        said = json.loads(request.body)
        keys = [row["key"] for row in said.get("rows", ())]
        if answer is None:
            seen.unanswered = True
            return
        if answer.status == 422 and len(keys) == 1:
            seen.rejected[keys[0]] = "422"
        # Who was refused by a job, and is sent again, is so no more once that is taken (202).
        if answer.status not in (200, 202):
            return
        try:
            rejected = json.loads(answer.body).get("rejected", {})
        except ValueError:
            seen.unanswered = True
            return
        for key in keys:
            seen.rejected.pop(key, None)
        seen.rejected |= rejected

    # What must hold.

    def check(self, name: str, state: str, seen: Seen) -> None:
        assert [] == seen.wrongly_sent, "someone was sent who may not be, or under a wrong address"
        if name == "other" and self.other_mode == "events":
            self.check_messages(state)
            return
        if state in ("refused", "locked out"):
            return
        listed = self.listed(name)
        theirs = {(of, THEIRS) for of in self.their_lists if of.startswith(LISTS[name])}
        assert theirs <= listed.keys(), "someone was removed who was never ours"
        if state == "killed" or name in self.killed:
            return
        ledger, rejections = self.tables(name)
        ours = listed.keys() - theirs
        if not self.is_mirrored(name):
            # A list that is never removed from keeps the addresses of before, which may be
            # those of others by now.
            latest = {one.email for one in self.everyone.values()} - {OURS}
            ours = {place for place in ours if place[1] in latest}
        assert ours <= ledger.keys(), "someone is on the list and not in the ledger"
        if state not in ("done", "partial", "stopped"):
            return
        known = {place for place, print_ in ledger.items() if print_ != "unknown"}
        if self.is_mirrored(name):
            assert known <= ours, "the ledger holds someone as sent who is not on the list"
        # Of a job that a stopped run left, whoever was refused may have left the audience since.
        refused = {key for key in seen.rejected if self.matters(self.everyone[key], ledger)}
        assert refused <= rejections.keys(), "a rejection was not recorded"
        if state == "done":
            self.check_list(name, listed, rejections)

    def matters(self, one: Person, ledger: dict[Place, str]) -> bool:
        """Whether somebody is, or ought to be, on the list: else no rejection of them is kept."""
        return may_be_sent(one) or one.email in {address for _, address in ledger}

    def is_mirrored(self, name: str) -> bool:
        return name == "mirrored" or self.other_mode == "mirror"

    def place(self, name: str, one: Person) -> Place | None:
        """Where somebody belongs, if they may be sent."""
        return (LISTS[name], str(one.email)) if may_be_sent(one) else None

    def listed(self, name: str) -> dict[Place, Any]:
        """Who is on the lists of a sync."""
        its = {one for one in self.platform.lists if one.startswith(LISTS[name])}
        return {
            (one, address): row for one in its for address, row in self.platform.lists[one].items()
        }

    def remember_entries(self, name: str) -> None:
        """Who is in for the first time, or again, when this run looks."""
        if name == "other":
            now_in = {key for key, one in self.everyone.items() if may_be_sent(one)}
            self.entries.update(now_in - self.were_in)
            self.were_in = now_in

    def check_messages(self, state: str) -> None:
        """Nobody is told twice of one entry."""
        told = self.platform.events.get(LISTS["other"], [])
        keys = [row["idempotency_key"] for row in told]
        assert len(set(keys)) == len(keys), "someone was told twice"
        assert "" not in keys
        for who, count in Counter(row["key"] for row in told).items():
            assert count <= self.entries[who], "one entry was told of under two keys"
        if state == "done" and self.behaviour.deduplicates:
            rejections = self.tables("other")[1]
            for who in self.were_in - rejections.keys():
                assert any(row["key"] == who for row in told), "someone was not told"

    def check_guards(self, name: str, removed: int) -> None:
        """Nobody lifted them, and the run says that it is done."""
        before = self.sizes.get(name)
        if not before:
            return
        assert removed <= 0.6 * before, "more was removed than `max_remove` allows"
        if name == "mirrored":
            members = any(one.member for one in self.everyone.values())
            assert members, "an emptied audience emptied the list"

    def check_list(self, name: str, listed: dict[Place, Any], rejections: dict[str, str]) -> None:
        """Each address of the audience is there, for one of those who have it."""
        wanted: dict[Place, list[Person]] = {}
        for one in self.everyone.values():
            if place := self.place(name, one):
                wanted.setdefault(place, []).append(one)
        for place, people in wanted.items():
            if rejections.keys() & {one.key for one in people}:
                continue
            assert place in listed, "someone of the audience is not on the list"
            sent = listed[place]
            # Where nobody is removed, the address may still say what the last of them was sent.
            shared = place[1] == OURS and not self.is_mirrored(name)
            if not (sent["key"] in rejections or shared):
                said = (sent["key"], sent["fields"]["POINTS"])
                assert said in {(one.key, one.points) for one in people}
        if self.is_mirrored(name):
            mine = {place for place, row in listed.items() if row["key"] not in rejections}
            strangers = {place for place in mine if place[1] == THEIRS}
            assert mine - strangers <= wanted.keys(), "someone is on the list who should not be"

    def tables(self, name: str) -> tuple[dict[Place, str], dict[str, str]]:
        """Of one sync: place -> fingerprint as in the ledger, key -> reason of rejections."""
        state, schema = self.bed.folder / "warehouse.cdp_state.duckdb", "state.cdp_activate"
        for _ in range(200):
            with suppress(duckdb.ResourceInUseException):  # a run that is under way writes to it
                self.reader.execute(f"attach '{state}' as state (read_only)")
                break
            time.sleep(0.05)
        ledger, rejections = (
            self.reader.execute(
                f"select {columns} from {schema}.sync_{table} where sync = ?", [name]
            ).fetchall()
            for table, columns in (
                ("ledger", "list, identifiers, fingerprint"),
                ("rejections", "entity_key, reason"),
            )
        )
        self.reader.execute("detach state")
        places = {(of, json.loads(sent)["email"]): print_ for of, sent, print_ in ledger}
        return places, dict(rejections)

    def comes_to_rest(self) -> None:
        """When nothing happens any more, two runs end every story well, and the next is idle."""
        self.platform.behave()
        self.clock.ahead += timedelta(minutes=10)
        for name in sorted(self.used):
            asked = {"allow": ("max_remove", "emptied"), "retry_rejected": True}
            states = [self.go(name, **asked)]
            if states != ["done"]:
                states.append(self.go(name, **asked))
            assert "done" == states[-1], f"{name} does not come to rest: {states}"
            calls = self.platform.calls
            self.go(name)
            assert calls == self.platform.calls, "a run with nothing to do made a call"
            assert {} == self.tables(name)[1], "a rejection stays that is none any more"


def stories(count: int, steps: int) -> settings:
    """The same few every time; by CDP_STORIES more, and others: `make test-stories`."""
    return settings(
        max_examples=int(os.environ.get("CDP_STORIES", count)),
        derandomize="CDP_STORIES" not in os.environ,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
    )


def test_whatever_happens_at_a_platform_that_answers_at_once() -> None:
    run_state_machine_as_test(Company, settings=stories(5, 8))


class Patiently(Company):
    behaviours = st.builds(
        PlatformBehaviour,
        matches_on=st.just("email"),
        job_ticks=st.integers(1, 4),
        seed=st.integers(0, 9),
    )


@pytest.mark.slow
def test_whatever_happens_at_a_platform_that_answers_later() -> None:
    run_state_machine_as_test(Patiently, settings=stories(4, 8))


class Telling(Company):
    """The other sync sends a message to everyone who enters."""

    behaviours = st.builds(
        PlatformBehaviour, matches_on=st.just("email"), deduplicates=st.booleans()
    )
    other_mode = "events"


@pytest.mark.slow
def test_whatever_happens_an_entry_is_told_of_once() -> None:
    run_state_machine_as_test(Telling, settings=stories(4, 8))


class Fanned(Company):
    """The other sync keeps a list for each first name."""

    other_mode = "mirror"
    other_list, more = "Other in {per}", "\nper: first_name"
    their_lists = ("Mirrored", "Other in Ada", "Other in Bea")

    def place(self, name: str, one: Person) -> Place | None:
        place = super().place(name, one)
        if place is None or name == "mirrored":
            return place
        return (f"Other in {one.first_name}", place[1]) if one.first_name else None


@pytest.mark.slow
def test_whatever_happens_each_value_has_its_list() -> None:
    run_state_machine_as_test(Fanned, settings=stories(4, 8))
