"""What an audience's table is of: edited YAML, another day and old data are refused."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any

import pytest
from bed import AS_OF, Bed, people

from cdp_activate.errors import GuardError, SourceErrors
from cdp_activate.sync.freshness import span


def mark(bed: Bed, as_of: datetime, digest: str = "") -> None:
    """As the post-hook of the audience's model does; `test_demo` sees it done by dbt."""
    at = as_of.replace(tzinfo=None).isoformat()
    said = f"cdp_activate {digest or bed.the_sync.digests['vips']} {at}"
    bed.execute(f"comment on table audience_vips is '{said}'")


def refused(bed: Bed, guard: str, **options: Any) -> GuardError:
    calls = bed.receiver.calls
    with pytest.raises(GuardError) as caught:
        bed.run(**options)
    assert (calls, (guard,)) == (bed.receiver.calls, caught.value.guards)
    return caught.value


def test_an_audience_that_was_edited_since_its_table_was_built_is_not_sent(bed: Bed) -> None:
    bed.build(people(3))
    mark(bed, AS_OF)
    bed.write("audiences/vips.yml", "audience: vips\nlabel: VIPs\nwhere: {trait: points, gte: 1}\n")
    error = refused(bed, "edited")
    assert "'vips' was edited after its table was built, as of 2026-03-10 12:00" in error.message
    assert "cdp-activate build" in error.remedy
    assert 3 == bed.run(allow=["edited"]).record.added


def test_words_about_an_audience_are_no_edit_and_an_edit_of_one_it_uses_is(bed: Bed) -> None:
    bed.build(people(3))
    bed.write("audiences/few.yml", "audience: few\nwhere: {trait: points, gt: 1}\n")
    vips = "audience: vips\nlabel: VIPs\nwhere: {not: {audience: few}}\n"
    bed.write("audiences/vips.yml", vips)
    mark(bed, AS_OF)
    bed.write("audiences/vips.yml", f"{vips}owner: me@example.com\ntags: [a]  # said\n")
    assert 3 == bed.run().record.added
    bed.write("audiences/few.yml", "audience: few\nwhere: {trait: points, gt: 2}\n")
    refused(bed, "edited")


@pytest.mark.parametrize(
    ("built", "is_replay", "passes"),
    [
        (AS_OF, True, True),
        (AS_OF - timedelta(hours=6), True, True),
        (AS_OF - timedelta(days=1), True, False),
        (AS_OF - timedelta(days=3), False, True),
        (AS_OF + timedelta(days=1), False, False),
    ],
)
def test_a_run_is_judged_on_the_day_of_its_tables(
    bed: Bed, built: datetime, is_replay: bool, passes: bool
) -> None:
    """The time of day goes on after a build; `--as-of` names a day that must have been built."""
    bed.build(people(3))
    mark(bed, built)
    if passes:
        assert 3 == bed.run(is_replay=is_replay).record.added
        return
    error = refused(bed, "as_of", is_replay=is_replay)
    assert f"the table of 'vips' was built as of {built:%Y-%m-%d %H:%M} UTC" in error.message
    assert "cdp-activate build --as-of 2026-03-10T12:00Z" in error.remedy


# How old the data are ...


def artifacts(bed: Bed, built: dict[str, float], loaded: dict[str, float | None]) -> None:
    """What dbt leaves, with ages in hours."""
    said = bed.manifest()
    raw = {name: f"source.shop.raw.{name}" for name in ("orders", "visits", "static")}
    nodes = said["nodes"]
    nodes["model.shop.audience_vips"]["depends_on"] = {"nodes": ["model.shop.customers"]}
    nodes["model.shop.customers"]["depends_on"] = {"nodes": list(raw.values())}
    limits = {"warn_after": {"count": 12, "period": "hour"}, "error_after": {}}
    said["sources"] = {
        raw["orders"]: {"freshness": limits},
        raw["visits"]: {"loaded_at_field": "at", "freshness": None},
        raw["static"]: {"freshness": {"warn_after": {"count": None}, "error_after": {}}},
    }
    bed.write("target/manifest.json", json.dumps(said))

    def at(hours: float) -> str:
        return (AS_OF - timedelta(hours=hours)).isoformat().replace("+00:00", "Z")

    results = [
        {"unique_id": f"model.shop.{name}", "status": "success",
         "timing": [{"name": "compile"}, {"name": "execute", "completed_at": at(hours)}]}
        for name, hours in built.items()
    ]  # fmt: skip
    bed.write(
        "target/run_results.json", json.dumps({"args": {"which": "build"}, "results": results})
    )
    sources = [
        {"unique_id": raw[name], "status": "pass", "max_loaded_at": at(hours)}
        if hours is not None
        else {"unique_id": raw[name], "status": "runtime error"}
        for name, hours in loaded.items()
    ]
    bed.write("target/sources.json", json.dumps({"results": sources}))


BUILT = {"audience_vips": 1.0, "customers": 1.0}
LOADED: dict[str, float | None] = {"orders": 5.0, "visits": 23.0}


@pytest.mark.parametrize(
    ("built", "loaded", "says"),
    [
        (BUILT, LOADED, None),
        (BUILT, LOADED | {"orders": 50.0},
         "1 of 2 sources are older than 24 hours, the oldest, raw.orders, is of 2 days ago"),
        (BUILT, {"orders": 5.0},
         "of 1 of 2 sources the age is unknown, such as raw.visits"),
        (BUILT, LOADED | {"visits": None}, "1 of 2 sources the age is unknown, such as raw.visits"),
        (BUILT | {"customers": 30.0}, LOADED,
         "1 of 2 models are older than 24 hours, the oldest, customers, is of 30 hours ago"),
        ({"audience_vips": 1.0}, LOADED,
         "of 1 of 2 models the age is unknown, such as customers"),
    ],
)  # fmt: skip
def test_data_that_are_old_or_of_unknown_age_are_not_sent(
    bed: Bed, built: dict[str, float], loaded: dict[str, float | None], says: str | None
) -> None:
    bed.build(people(3))
    bed.change_sync("first_run: false", "first_run: false, fresh_within: 24h")
    artifacts(bed, built, loaded)
    if says is None:
        assert 3 == bed.run().record.added
        return
    error = refused(bed, "fresh_within")
    assert says in error.message
    assert "dbt source freshness" in error.remedy
    assert 3 == bed.run(allow=["fresh_within"]).record.added


def test_an_audience_expects_fresh_data_too(bed: Bed) -> None:
    """Whatever the sync's guards ask."""
    path = next((bed.folder / "audiences").glob("*vips.yml"))
    path.write_text(path.read_text() + "expect: {fresh_within: 1 day}\n")
    bed.build(people(3))
    bed.change_sync("first_run: false", "first_run: false")
    artifacts(bed, BUILT, LOADED | {"orders": 50.0})
    assert "1 of 2 sources are older than 24 hours" in refused(bed, "expect").message
    artifacts(bed, BUILT, LOADED)
    assert 3 == bed.run().record.added


def test_results_of_tests_of_failures_and_missing_files_say_nothing_of_a_build(bed: Bed) -> None:
    bed.build(people(3))
    bed.change_sync("first_run: false", "first_run: false, fresh_within: 1 day")
    assert "2 models" not in refused(bed, "fresh_within").message
    artifacts(bed, BUILT, LOADED)
    said = json.loads((bed.folder / "target/run_results.json").read_text())
    said["args"]["which"] = "test"
    bed.write("target/run_results.json", json.dumps(said))
    assert "of 2 of 2 models the age is unknown" in refused(bed, "fresh_within").message
    said["args"]["which"] = "build"
    said["results"][0]["status"] = "error"
    bed.write("target/run_results.json", json.dumps(said))
    assert "of 1 of 2 models the age is unknown" in refused(bed, "fresh_within").message


def test_a_length_that_is_none_is_an_error_at_its_place(bed: Bed) -> None:
    bed.change_sync("first_run: false", "fresh_within: soon")
    with pytest.raises(SourceErrors, match="a number and a unit, such as '7 days' or '24 hours'"):
        _ = bed.the_sync


def test_a_length_is_said_in_its_largest_unit() -> None:
    lengths = [timedelta(seconds=5), timedelta(minutes=90), timedelta(hours=24), timedelta(days=9)]
    assert ["5 seconds", "90 minutes", "24 hours", "9 days"] == [span(one) for one in lengths]
