"""`suppress:`: members of other audiences are held back, and taken off a mirror."""

from __future__ import annotations

import json

import pytest
import yaml
from bed import SYNC, Bed, people, person
from click.testing import CliRunner

from cdp_activate.cli import main
from cdp_activate.errors import GuardError, SourceErrors, WarehouseError


def staff(bed: Bed, *keys: str) -> None:
    bed.execute("drop table if exists audience_staff")
    bed.execute("create table audience_staff (customer_id text, variant text)")
    for key in keys:
        bed.execute("insert into audience_staff values (?, null)", [key])


@pytest.fixture
def suppressing(bed: Bed) -> Bed:
    bed.write("audiences/staff.yml", "audience: staff\nwhere: {trait: points, gt: 5}\n")
    bed.change_sync("consent:", "suppress: [staff]\nconsent:")
    bed.build([*people(4), person("x", consent=None)])
    return bed


def test_members_of_a_suppressed_audience_are_held_back_and_removed(suppressing: Bed) -> None:
    staff(suppressing, "c-00000", "x", "nobody")
    (exposure,) = yaml.safe_load(suppressing.project.dbt_files()["exposures.yml"])["exposures"]
    assert ["ref('audience_vips')", "ref('audience_staff')"] == exposure["depends_on"]
    done = suppressing.run()
    assert ({"suppressed": 1, "no consent": 1}, 3) == (done.plan.held_back, done.record.added)
    staff(suppressing, "c-00001")
    done = suppressing.run()
    assert (1, 1) == (done.record.added, done.record.removed)
    assert {"c-00000", "c-00002", "c-00003"} == suppressing.listed.keys()


def test_a_suppressed_audience_must_be_built_and_of_its_yaml(suppressing: Bed) -> None:
    with pytest.raises(WarehouseError, match="'staff' has not been built"):
        suppressing.run()
    # The plans of others are shown all the same.
    suppressing.write("syncs/other.yml", SYNC.replace("vips_to_mail", "other") + "list: Others\n")
    folder = ["--project-dir", str(suppressing.folder), "--profiles-dir", str(suppressing.folder)]
    done = CliRunner().invoke(main, ["plan", "--json", *folder])
    planned, failed = json.loads(done.output)
    assert (1, "other", 4) == (done.exit_code, planned["sync"], planned["add"])
    assert failed["sync"] == "vips_to_mail" and "has not been built" in failed["error"]["message"]
    staff(suppressing)
    said = "cdp_activate 0000000000000000 2026-03-10T00:00:00"
    suppressing.execute(f"comment on table audience_staff is '{said}'")
    with pytest.raises(GuardError, match="the audience 'staff' was edited"):
        suppressing.run()


@pytest.mark.parametrize(
    ("named", "says"),
    [
        ("[stuff]", "unknown audience 'stuff'"),
        ("[vips]", "'vips' is what this sync sends"),
        ("staff", "suppress"),
    ],
)
def test_a_wrong_name_is_an_error_at_its_place(suppressing: Bed, named: str, says: str) -> None:
    suppressing.change_sync("[staff]", named)
    with pytest.raises(SourceErrors) as caught:
        _ = suppressing.the_sync
    (problem,) = caught.value.problems
    assert (6, True) == (problem.line, says in problem.message)
