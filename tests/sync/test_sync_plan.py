"""What a plan says of each person, and why."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import duckdb
import pytest
from bed import AS_OF, Bed, Person, people, person
from hypothesis import example, given, settings
from hypothesis import strategies as st

from cdp_activate.destinations.rows import rows_as_json
from cdp_activate.destinations.webhook import WebhookDestination
from cdp_activate.errors import SourceErrors, WarehouseError
from cdp_activate.receiver import Receiver
from cdp_activate.sync.batches import read_batches
from cdp_activate.sync.eligibility import fingerprint
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import planned
from cdp_activate.sync.suppression import digest

ADA, BEA, CLEO, DORA = (person(name) for name in ("ada", "bea", "cleo", "dora"))
NOTHING = {"add": [], "update": [], "move": [], "remove": []}


def actions(bed: Bed, **options: Any) -> dict[str, list[str]]:
    """Action -> keys."""
    return {name: [step.key for step in steps] for name, steps in bed.plan(**options)[1].items()}


def held(bed: Bed) -> dict[str, int]:
    return bed.plan()[0].held_back


def test_a_first_plan_adds_every_member(bed: Bed) -> None:
    bed.build([ADA, BEA, replace(CLEO, member=False)])
    assert NOTHING | {"add": ["ada", "bea"]} == actions(bed)


@pytest.mark.parametrize(
    "fields", ["{FNAME: first_name, it's: balance, at: since}", "{a: points, A: first_name}"]
)
@pytest.mark.duckdb_files
@pytest.mark.parametrize(
    "identifiers", ["{email: email}", "{email: email, id: customer_id, phone: phone}"]
)
def test_rows_that_the_warehouse_writes_are_as_those_made_here(
    bed: Bed, fields: str, identifiers: str
) -> None:
    bed.change_sync("{FNAME: first_name, POINTS: points}", fields)
    bed.change_sync("{email: email}", identifiers)
    bed.build(
        [
            replace(
                ADA, first_name='"\\\n\x01\x7f', balance="12.50", since=datetime(2026, 1, 2, 3, 4)
            ),
            replace(
                BEA,
                first_name="Béa 寶 😀",
                since=datetime(2026, 1, 2, 3, 4, 5, 67),
                phone="+84901234567",
            ),
            replace(CLEO, first_name=None, points=None),
        ]
    )
    project = bed.project
    with (
        bed.warehouse() as warehouse,
        planned(bed.the_sync, project.catalog, warehouse, PlanOptions(AS_OF)) as plan,
    ):
        for layout in ("arrow_large_buffer_size = false", "arrow_large_buffer_size = true"):
            warehouse.run(f"set {layout}")
            (written,) = read_batches(plan, "upsert", size=10, as_json=True)
            assert written.as_json() == rows_as_json(list(written))
            assert written[1:2].as_json() == rows_as_json([written[1]])
            assert 3 == len(written)


def test_each_kind_of_change_is_told_apart(bed: Bed) -> None:
    bed.build([ADA, BEA, CLEO, DORA])
    bed.run()
    bed.build(
        [
            ADA,
            replace(BEA, first_name="Beatrice"),
            replace(CLEO, email="cleo@new.example"),
            replace(DORA, member=False),
            person("eve"),
        ]
    )
    assert {"add": ["eve"], "update": ["bea"], "move": ["cleo"], "remove": ["dora"]} == actions(bed)
    plan, _ = bed.plan()
    assert 1 == plan.counts["unchanged"]
    assert (4, 4) == (plan.as_dict()["list_size_before"], plan.as_dict()["list_size_after"])


def test_a_step_has_what_to_send_and_what_was_sent(bed: Bed) -> None:
    bed.build([ADA])
    bed.run()
    bed.build([replace(ADA, email="Ada@New.Example", points=7)])
    (step,) = bed.plan()[1]["move"]
    assert {"email": "ada@new.example"} == step.identifiers
    assert {"FNAME": "Ada", "POINTS": 7} == step.fields
    assert {"email": "person.ada@example.com"} == step.sent_identifiers
    assert "example" not in repr(step)


@pytest.mark.parametrize(
    ("why", "who"),
    [
        ("holdout", replace(ADA, variant="holdout")),
        ("no consent", replace(ADA, consent=None)),
        ("no consent", replace(ADA, consent="withdrawn")),
        ("no consent", replace(ADA, consent="GRANTED")),
        ("no identifier", replace(ADA, email=None)),
        ("no identifier", replace(ADA, email="   ")),
        ("invalid identifier", replace(ADA, email="+49 170 1234567")),
        ("invalid identifier", replace(ADA, email="ada@localhost")),
        ("invalid identifier", replace(ADA, email="ada@@example.com")),
        ("invalid identifier", replace(ADA, email="ada @example.com")),
        ("invalid identifier", replace(ADA, email="ada@example.com\nbcc: bea@example.com")),
        # The first reason wins.
        ("holdout", replace(ADA, variant="holdout", consent=None, email=None)),
    ],
)
def test_who_may_not_be_sent_is_held_back_and_it_is_said_why(
    bed: Bed, why: str, who: Person
) -> None:
    bed.build([who, BEA])
    assert NOTHING | {"add": ["bea"]} == actions(bed)
    assert {why: 1} == held(bed)


@pytest.mark.parametrize(
    "values",
    [{"variant": "holdout"}, {"consent": None}, {"consent": "withdrawn"}, {"email": None},
     {"email": "+49 170 1234567"}],
)  # fmt: skip
def test_who_was_sent_and_may_be_no_longer_is_removed_by_what_was_sent(
    bed: Bed, values: dict[str, Any]
) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.build([replace(ADA, **values), BEA])
    (step,) = bed.plan()[1]["remove"]
    assert ("ada", {"email": "person.ada@example.com"}) == (step.key, step.sent_identifiers)
    bed.run()
    assert {"bea"} == bed.listed.keys()


def test_a_consent_withdrawn_after_as_of_still_counts_then(bed: Bed) -> None:
    bed.build([ADA])
    later = "insert into consents values ('ada', 'email_marketing', 'withdrawn', "
    bed.execute(later + "timestamp '2026-03-11')")
    assert ["ada"] == actions(bed)["add"]
    plan, _ = bed.plan(as_of=datetime(2026, 3, 12, tzinfo=UTC))
    assert {"no consent": 1} == plan.held_back


def test_consent_for_another_purpose_is_no_consent(bed: Bed) -> None:
    bed.change_sync("email_marketing", "ads_personalisation")
    bed.build([ADA])
    assert {"no consent": 1} == held(bed)


def test_without_any_consent_rows_nobody_is_sent(bed: Bed) -> None:
    bed.build([replace(one, consent=None) for one in people(5)])
    assert {"no consent": 5} == held(bed)


def test_consent_not_required_asks_nobody(bed: Bed) -> None:
    bed.change_sync("consent: email_marketing", "consent: not_required")
    bed.build([replace(ADA, consent=None)])
    assert ["ada"] == actions(bed)["add"]


def test_one_usable_identifier_is_enough_and_the_others_are_left_out(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone, external_id: customer_id}")
    bed.build(
        [replace(ADA, email="+49 170", phone=" +49 (170) 123-45.67 "), replace(BEA, phone="")]
    )
    first, second = bed.plan()[1]["add"]
    assert {"phone": "+491701234567", "external_id": "ada"} == first.identifiers
    assert {"email": "person.bea@example.com", "external_id": "bea"} == second.identifiers


PHONES = {
    "0170 1234567": "+491701234567",
    "+49 (0)170 1234567": "+491701234567",
    "0049-170-1234567": "+491701234567",
    "+84901234567": "+84901234567",
    "12": None,
}


def test_local_telephone_numbers_are_read_in_the_country_of_the_sync(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{phone: phone}\ndefault_region: DE")
    bed.build([person(f"c-{place}", phone=phone) for place, phone in enumerate(PHONES)])
    sent = {step.key: step.identifiers["phone"] for step in bed.plan()[1]["add"]}
    expected = {f"c-{place}": phone for place, phone in enumerate(PHONES.values()) if phone}
    assert expected == sent
    assert {"invalid identifier": 1} == held(bed)


def test_the_country_of_a_row_comes_before_that_of_the_sync(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{phone: phone}\nregion: first_name\ndefault_region: DE")
    bed.build(
        [person("a", phone="0901234567", first_name="VN"), person("b", phone="0170 1234567",
         first_name=None), person("c", phone="0901234567", first_name="nowhere")]
    )  # fmt: skip
    sent = {step.key: step.identifiers["phone"] for step in bed.plan()[1]["add"]}
    assert {"a": "+84901234567", "b": "+491701234567"} == sent


def test_another_spelling_of_an_identifier_is_no_change(bed: Bed) -> None:
    bed.change_sync("{email: email}", "{email: email, phone: phone}\ndefault_region: DE")
    bed.build([replace(ADA, phone="0170 1234567")])
    bed.run()
    spelled = " Person.ada@Example.COM\u00a0"
    bed.build([replace(ADA, email=spelled, phone="+49 170 1234567")])
    assert NOTHING == actions(bed)


def test_a_platform_that_takes_digests_is_sent_and_remembered_by_them(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebhookDestination, "rules", "meta")
    digest = hashlib.sha256(b"person.ada@example.com").hexdigest()
    bed.build([ADA, replace(BEA, email=digest.upper()), person("no", email="no address")])
    one, two = bed.plan()[1]["add"]
    assert [{"email": digest}] * 2 == [one.identifiers, two.identifiers]
    assert {"invalid identifier": 1} == held(bed)
    bed.run()
    kept = [json.loads(one) for (one,) in bed.rows("select identifiers from {ledger}")]
    assert [{"email": digest}] * 2 == kept


@pytest.mark.parametrize(
    ("mapping", "says"),
    [
        ("{first_name: first_name, country: first_name}", "cannot tell people apart"),
        ("{phone: phone}\nregion: frist_name", "'frist_name' is no column of customers"),
        ("{phone: phone}\ndefault_region: Germany", "there is no country 'Germany'"),
    ],
)
def test_what_can_tell_nobody_apart_is_refused_before_any_plan(
    bed: Bed, monkeypatch: pytest.MonkeyPatch, mapping: str, says: str
) -> None:
    monkeypatch.setattr(WebhookDestination, "rules", "google")
    bed.change_sync("{email: email}", mapping)
    with pytest.raises(SourceErrors, match=says):
        bed.plan()


def test_fields_for_a_platform_that_takes_none_are_refused(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(WebhookDestination, "takes_fields", False)
    with pytest.raises(SourceErrors, match="takes identifiers alone, no fields"):
        bed.plan()


def test_a_rejected_row_waits_until_it_changes(bed: Bed) -> None:
    bed.build([ADA, BEA])
    bed.receiver.misbehave("reject_rows", keys={"ada": "no such mailbox"})
    bed.run()
    assert NOTHING == actions(bed)
    assert {"rejected before": 1} == held(bed)
    assert ["ada"] == actions(bed, retry_rejected=True)["add"]
    bed.build([replace(ADA, points=2), BEA])
    assert ["ada"] == actions(bed)["add"]


def test_a_rejected_change_leaves_what_was_sent_and_counts_as_held_back(bed: Bed) -> None:
    bed.build([ADA])
    bed.run()
    bed.build([replace(ADA, points=2)])
    bed.receiver.misbehave("reject_rows", keys={"ada": "no"})
    bed.run()
    plan, steps = bed.plan()
    assert NOTHING == steps
    assert {"rejected before": 1} == plan.held_back
    assert (1, 0, 1) == (plan.counts["kept"], plan.counts["unchanged"], plan.ledger_size)
    assert 1 == bed.listed["ada"]["fields"]["POINTS"]


def test_consent_withdrawn_after_a_rejection_still_removes(bed: Bed) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.build([replace(ADA, points=2), BEA])
    bed.receiver.misbehave("reject_rows", keys={"ada": "no"})
    bed.run()
    bed.build([replace(ADA, points=2, consent="withdrawn"), BEA])
    bed.run()
    assert {"bea"} == bed.listed.keys()


def test_the_erased_are_removed_by_the_identifiers_that_were_sent(bed: Bed) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.build([BEA])  # neither in customers nor in the audience
    (step,) = bed.plan()[1]["remove"]
    assert {"email": "person.ada@example.com"} == step.sent_identifiers
    bed.run()
    assert {"bea"} == bed.listed.keys() == bed.ledger


def test_a_member_without_a_row_in_the_entity_table_is_removed(bed: Bed) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.build([replace(ADA, known=False), BEA])
    assert NOTHING | {"remove": ["ada"]} == actions(bed)


@pytest.mark.parametrize(("before", "after"), [(None, ""), ("", None), ("x", None), (None, "-")])
def test_null_and_empty_text_are_two_values(
    bed: Bed, before: str | None, after: str | None
) -> None:
    bed.build([replace(ADA, first_name=before)])
    bed.run()
    assert before == bed.listed["ada"]["fields"]["FNAME"]
    bed.build([replace(ADA, first_name=after)])
    assert ["ada"] == actions(bed)["update"]
    bed.run()
    assert after == bed.listed["ada"]["fields"]["FNAME"]
    assert NOTHING == actions(bed)


@pytest.mark.parametrize(
    "fields",
    ["{FNAME: first_name, POINTS: points, SINCE: since}", "{NAME: first_name, POINTS: points}",
     "{FNAME: first_name}", "{FNAME: points, POINTS: first_name}"],
)  # fmt: skip
def test_a_changed_mapping_updates_everyone(bed: Bed, fields: str) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.change_sync("{FNAME: first_name, POINTS: points}", fields)
    assert NOTHING | {"update": ["ada", "bea"]} == actions(bed)


def test_another_order_of_the_same_fields_changes_nothing_at_the_destination(bed: Bed) -> None:
    bed.build([ADA])
    bed.run()
    bed.change_sync("{FNAME: first_name, POINTS: points}", "{POINTS: points, FNAME: first_name}")
    bed.run()
    assert {"FNAME": "Ada", "POINTS": 1} == bed.listed["ada"]["fields"]


def test_field_names_may_be_anything(bed: Bed) -> None:
    names = ["first name", 'na"me', "select", "Name", "NAME", "名前", "a.b", "field_0", "%s"]
    fields = "".join(f"  {name!r}: first_name\n" for name in names)
    bed.change_sync("fields: {FNAME: first_name, POINTS: points}", f"fields:\n{fields}")
    bed.build([ADA])
    bed.run()
    assert dict.fromkeys(names, "Ada") == bed.listed["ada"]["fields"]


def test_a_changed_identifier_removes_the_old_and_adds_the_new(bed: Bed) -> None:
    bed.build([ADA])
    bed.run()
    bed.build([replace(ADA, email="ada@new.example")])
    summary = bed.run()
    assert ["upsert", "remove", "upsert"] == [call.action for call in bed.receiver.requests]
    assert {"email": "ada@new.example"} == bed.listed["ada"]["identifiers"]
    assert (1, 0, 0, 0) == (
        summary.record.moved, summary.record.added, summary.record.updated, summary.record.removed
    )  # fmt: skip
    # One that is only added to the others takes nobody off in between.
    bed.change_sync("{email: email}", "{email: email, phone: phone}")
    bed.build([replace(ADA, email="ada@new.example", phone="+84901234561"), BEA])
    assert (1, 0) == ((record := bed.run().record).updated, record.moved)
    bed.build([replace(ADA, email="ada@new.example", phone="+84901234562"), BEA])
    assert (0, 1) == ((record := bed.run().record).updated, record.moved)


def test_capitals_and_blanks_around_an_address_are_no_change(bed: Bed) -> None:
    bed.build([ADA])
    bed.run()
    bed.build([replace(ADA, email="  Person.ADA@example.COM ")])
    assert NOTHING == actions(bed)


def test_two_people_may_swap_their_addresses(bed: Bed) -> None:
    bed.build([ADA, BEA])
    bed.run()
    bed.build([replace(ADA, email=BEA.email), replace(BEA, email=ADA.email)])
    bed.run()
    assert {"ada": BEA.email, "bea": ADA.email} == {
        key: row["identifiers"]["email"] for key, row in bed.listed.items()
    }


def test_full_refresh_sends_every_member_again_and_removes_who_left(bed: Bed) -> None:
    bed.build([ADA, BEA, CLEO])
    bed.run()
    bed.build([ADA, replace(BEA, email="b@new.example"), person("eve")])
    assert {"add": ["eve"], "update": ["ada"], "move": ["bea"], "remove": ["cleo"]} == actions(
        bed, full_refresh=True
    )


def test_full_refresh_sends_nobody_who_is_held_back(bed: Bed) -> None:
    bed.build([ADA, replace(BEA, consent=None)])
    bed.run()
    assert NOTHING | {"update": ["ada"]} == actions(bed, full_refresh=True)


def test_upsert_never_removes(bed: Bed) -> None:
    bed.change_sync("destination: mail", "destination: mail\nmode: upsert")
    bed.build([ADA, BEA, CLEO])
    bed.run()
    bed.build([replace(ADA, email="ada@new.example"), replace(BEA, consent="withdrawn")])
    plan, _ = bed.plan()
    assert NOTHING | {"update": ["ada"]} == actions(bed)
    assert (2, 3) == (plan.counts["left"], plan.as_dict()["list_size_after"])
    bed.run()
    assert {"upsert"} == {call.action for call in bed.receiver.requests}
    assert {"ada", "bea", "cleo"} == bed.listed.keys()


@pytest.mark.parametrize(
    ("key_type", "keys"),
    [
        ("bigint", [1, 20, 300, 9223372036854775807]),
        ("uuid", [UUID(int=1), UUID(int=2**100)]),
        ("decimal(20,0)", [5, 10**18]),
    ],
)
def test_keys_may_be_numbers_or_uuids(
    tmp_path: Path, receiver: Receiver, key_type: str, keys: list[Any]
) -> None:
    bed = Bed(tmp_path, receiver, key_type)
    bed.build([person(key) for key in keys])
    bed.run()
    assert {str(key) for key in keys} == bed.listed.keys()
    bed.build([person(key) for key in keys[1:]])
    summary = bed.run()
    assert (0, 1, len(keys) - 1) == (
        summary.record.added, summary.record.removed, summary.record.unchanged
    )  # fmt: skip


def test_a_key_that_is_there_twice_is_an_error_that_names_the_models(bed: Bed) -> None:
    bed.build([ADA, ADA, BEA])
    with pytest.raises(WarehouseError, match="'customer_id' is not unique in customers or in aud"):
        bed.run()
    assert 0 == bed.receiver.calls


def test_fields_arrive_with_their_types(bed: Bed) -> None:
    bed.change_sync("POINTS: points}", "POINTS: points, BAL: balance, TAGS: tags, SINCE: since}")
    tags = ["a, b", "c", None, "NULL", "'"]
    bed.build([replace(ADA, balance=Decimal("12.50"), tags=tags, since=datetime(2026, 1, 2, 3, 4))])
    bed.run()
    sent = {
        "FNAME": "Ada", "POINTS": 1, "BAL": "12.50", "TAGS": tags, "SINCE": "2026-01-02T03:04:00",
    }  # fmt: skip
    assert sent == bed.listed["ada"]["fields"]
    for instant in ("infinity", "20225-01-01"):  # no day that can be written
        bed.build([replace(ADA, balance="12.50", tags=tags, since=instant)])
        bed.run()
        assert {**sent, "SINCE": None} == bed.listed["ada"]["fields"]


def test_the_steps_come_in_pages_and_none_is_lost(
    bed: Bed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cdp_activate.sync.plan._AT_ONCE", 7)
    everyone = people(50)
    bed.build([replace(one, consent=None) if n % 3 else one for n, one in enumerate(everyone)])
    keys = [step.key for step in bed.plan()[1]["add"]]
    assert [one.key for one in everyone[::3]] == keys


# Fingerprints ...

HOSTILE = st.one_of(
    st.none(),
    st.text(max_size=8),
    st.text(alphabet="0123456789:-=|\\x1f,'\"", max_size=6),
    st.sampled_from(
        ["", "-", "NULL", "1:a", "0:", "2:-3", "field_1=", "é", "e\u0301", "ß", "\u0130"]
    ),
)
PAIRS = st.tuples(HOSTILE, HOSTILE)


@settings(deadline=None)  # a warehouse answers in its own time
@given(PAIRS, PAIRS)
@example(("a", None), (None, "a"))
@example(("", None), (None, ""))
@example(("1", "1:1"), ("11:1", "1"))
@example(("a1:b", "c"), ("a", "1:bc"))
def test_fingerprints_are_equal_exactly_when_the_values_are(
    one: tuple[str | None, str | None], other: tuple[str | None, str | None]
) -> None:
    sql = fingerprint({"first": "a", "second": "b"}).sql("duckdb")
    rows = duckdb.execute(
        f"select {sql} from (values (?::varchar, ?::varchar), (?, ?)) as t(a, b)", [*one, *other]
    ).fetchall()
    assert (one == other) == (rows[0] == rows[1])


def test_fingerprints_differ_where_only_the_names_do() -> None:
    def printed(*names: str) -> Any:
        sql = fingerprint(dict.fromkeys(names, "a")).sql("duckdb")
        return duckdb.execute(f"select {sql} from (values ('x')) as t(a)").fetchall()[0]

    sets = [("a",), ("b",), ("a", "b"), ("b", "a"), ("a=1:x", "b"), ()]
    assert len(sets) == len({printed(*names) for names in sets})


def test_the_plan_is_read_at_an_instant_that_is_given(bed: Bed) -> None:
    bed.build([ADA])
    summary = bed.run()
    assert AS_OF == summary.record.as_of
    assert [(datetime(2026, 3, 10, 12),)] == bed.rows("select as_of from {runs}")


def test_the_erased_are_never_sent_again_under_their_key_or_under_another(bed: Bed) -> None:
    bed.build([person("ada"), person("bob"), person("eve", email=" Person.BOB@example.com")])
    now = "timestamp '2026-01-01'"
    for kind, value in (("key", "ada"), ("email", "person.bob@example.com")):
        erased = f"'e1', 'customer', '{kind}', '{digest('customer', kind, value)}', {now}"
        bed.rows(f"insert into {{erasures}} values ({erased}) returning 1")
    found, _ = bed.plan()
    assert {"erased": 3} == found.held_back
    bed.rows("update {erasures} set entity = 'account', digest = 'another' returning 1")
    assert 3 == bed.plan()[0].counts["add"]
