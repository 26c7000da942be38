"""What a role must be granted on PostgreSQL, and what says so."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from bed import people
from click.testing import CliRunner
from postgres_bed import PostgresBed
from postgres_server import Server

from cdp_activate.cli import main
from cdp_activate.errors import WarehouseError
from cdp_activate.receiver import Receiver
from cdp_activate.warehouse.postgres import PostgresWarehouse


@pytest.fixture
def bed(tmp_path: Path, receiver: Receiver, postgres: Server) -> Iterator[PostgresBed]:
    made = PostgresBed(tmp_path, receiver, postgres)
    yield made
    made.close()


def test_a_role_needs_what_the_page_grants_it_and_is_told_what_it_lacks(bed: PostgresBed) -> None:
    """Nothing is taken for a table that was not built; what the page says is enough."""
    page = (Path(__file__).parents[2] / "docs/syncs.md").read_text(encoding="utf-8")
    grants = re.findall("^ *(grant [^;]*;)", page, re.M)
    bed.build(people(3))
    role = f"least_{bed.database}"
    bed.execute(f'create role {role} login; revoke all on database "{bed.database}" from public')
    bed.execute(f'grant connect on database "{bed.database}" to {role}')
    names = {"host": bed.server.socket, "user": role, "dbname": bed.database}
    bed.warehouse = lambda: PostgresWarehouse(names)  # type: ignore[method-assign]
    lacks = ["database", "schema main", "table audience_vips"]
    for grant, lacking in zip(grants, lacks, strict=True):
        with pytest.raises(WarehouseError, match=f"permission denied for {lacking}") as caught:
            bed.plan()
        assert "docs/syncs.md" in caught.value.remedy
        for old, new in {"shop": f'"{bed.database}"', "marts": "main", "activation": role}.items():
            grant = grant.replace(old, new)
        bed.execute(grant)
    assert (3, 3) == (bed.plan()[0].counts["add"], bed.run().record.added)


def test_the_doctor_says_which_grants_are_missing(bed: PostgresBed) -> None:
    """In the words of the page, before any sync fails for want of them."""
    bed.build(people(3))
    role, database = f"odd role {bed.database}"[:60], bed.database
    bed.execute(f'create role "{role}" login; revoke all on database "{database}" from public')
    bed.execute(f'grant connect on database "{database}" to "{role}"')
    profile = bed.folder / "profiles.yml"
    text = profile.read_text(encoding="utf-8").replace("user: tester", f"user: {role}")
    profile.write_text(text, encoding="utf-8")

    def missing() -> list[str]:
        folder = ["--project-dir", str(bed.folder), "--profiles-dir", str(bed.folder)]
        said = json.loads(CliRunner().invoke(main, ["doctor", *folder, "--json"]).stdout)
        of = [one for one in said if one["what"] in ("sync state", "tables of audiences")]
        assert 2 == len(of)
        return [line for one in of if not one["ok"] for line in one["remedy"].splitlines()[1:]]

    grants = [
        f'grant create, temporary on database {database} to "{role}";',
        f'grant usage on schema main to "{role}";',
        f'grant select on main.audience_vips to "{role}";',
        f'grant select on main.customers to "{role}";',
        f'grant select on main.consents to "{role}";',
    ]
    assert grants == missing()
    bed.execute(grants[1] + grants[2])
    assert [grants[0], *grants[3:]] == missing()
    for grant in (grants[0], *grants[3:]):
        bed.execute(grant)
    assert [] == missing()
    assert 3 == bed.run().record.added
    (whose,) = missing()
    assert whose.startswith(f'grant tester to "{role}";') and "`role: tester`" in whose
    bed.execute(whose)
    assert [] == missing()
