"""A project without dbt: a manifest and a DuckDB file made by hand, so that a sync runs at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import astuple, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeAlias

import duckdb

from cdp_activate.project import Project
from cdp_activate.receiver import Receiver
from cdp_activate.sync.attempts import RetryPolicy
from cdp_activate.sync.model import Sync
from cdp_activate.sync.plan import Plan, PlanStep
from cdp_activate.sync.plan_sql import PlanOptions
from cdp_activate.sync.planning import planned
from cdp_activate.sync.run import RunOptions, Summary, run_sync
from cdp_activate.sync.tables import create_tables
from cdp_activate.warehouse import Warehouse
from cdp_activate.warehouse.duckdb import DuckDBWarehouse

AfterEachBatch: TypeAlias = Callable[[Callable[[int], object]], None]

AS_OF = datetime(2026, 3, 10, 12, tzinfo=UTC)
QUICK = RetryPolicy(attempts=4, first=0.001, longest=0.002, total=5.0)
LIST = "VIPs"

CUSTOMERS = {
    "customer_id": "varchar", "email": "varchar", "phone": "varchar", "first_name": "varchar",
    "points": "integer", "balance": "decimal(18,2)", "tags": "varchar[]", "since": "timestamp",
}  # fmt: skip
CONSENTS = {
    "customer_id": "varchar", "purpose": "varchar", "status": "varchar",
    "recorded_at": "timestamp",
}  # fmt: skip
MEMBERS = {"customer_id": "varchar", "variant": "varchar"}


@dataclass(frozen=True)
class Person:
    """Someone in the warehouse. `known`: has a row in customers; `member`: is in the audience."""

    key: Any
    email: str | None = None
    phone: str | None = None
    first_name: str | None = "Ada"
    points: int | None = 1
    balance: Any = None
    tags: Sequence[str | None] | None = None
    since: datetime | None = None
    consent: str | None = "granted"
    variant: str = "treatment"
    known: bool = True
    member: bool = True


def may_be_sent(one: Person) -> bool:
    """Whether a sync with consent, by e-mail alone, sends them."""
    return bool(
        one.member
        and one.known
        and one.consent == "granted"
        and one.variant != "holdout"
        and one.email
        and "@" in one.email
    )


def person(key: Any, **values: Any) -> Person:
    """Someone with an e-mail address of their own, consent, and a place in the audience."""
    return replace(Person(key, email=f"person.{key}@example.com"), **values)


def people(count: int, **values: Any) -> list[Person]:
    return [person(f"c-{number:05}", **values) for number in range(count)]


def manifest(
    key_type: str = "varchar", adapter: str = "duckdb", relation: str = '"warehouse"."main"."{}"'
) -> dict[str, Any]:
    """What dbt would have written, as far as the catalog reads it."""

    def model(name: str, columns: dict[str, str], meta: Any = None) -> dict[str, Any]:
        described: dict[str, Any] = {
            column: {"name": column, "data_type": declared} for column, declared in columns.items()
        }
        if "purpose" in described:
            values = ["email_marketing", "ads_personalisation"]
            described["purpose"]["config"] = {"meta": {"cdp": {"values": values}}}
        return {
            "resource_type": "model",
            "name": name,
            "package_name": "shop",
            "relation_name": relation.format(name),
            "original_file_path": f"models/{name}.sql",
            "columns": described,
            "config": {"meta": {"cdp": meta} if meta else {}},
        }

    keyed = {"customer_id": key_type}
    consents = {
        "consents": True, "of": "customer", "key": "customer_id", "purpose": "purpose",
        "status": "status", "at": "recorded_at",
    }  # fmt: skip
    models = [
        model("customers", CUSTOMERS | keyed, {"entity": "customer", "key": "customer_id"}),
        model("consents", CONSENTS | keyed, consents),
        model("audience_vips", MEMBERS | keyed),
        model("audience_staff", MEMBERS | keyed),
    ]
    return {
        "metadata": {"project_name": "shop", "adapter_type": adapter},
        "nodes": {f"model.shop.{one['name']}": one for one in models},
    }


def tables(everyone: Iterable[Person]) -> dict[str, tuple[dict[str, str], list[tuple[Any, ...]]]]:
    """The tables that dbt would have built: their columns and rows, by name."""
    everyone = list(everyone)
    consents = [
        (one.key, "email_marketing", one.consent, datetime(2026, 1, 1))
        for one in everyone
        if one.consent
    ]
    return {
        "customers": (CUSTOMERS, [astuple(one)[:8] for one in everyone if one.known]),
        "consents": (CONSENTS, consents),
        "audience_vips": (MEMBERS, [(one.key, one.variant) for one in everyone if one.member]),
    }


PROJECT_FILES = {
    "dbt_project.yml": "name: shop\nprofile: shop\n",
    "profiles.yml": "shop: {target: dev, outputs: {dev: {type: duckdb, path: warehouse.duckdb}}}\n",
    "audiences/vips.yml": "audience: vips\nlabel: VIPs\nwhere: {trait: points, gte: 0}\n",
}
SYNC = """\
sync: vips_to_mail
audience: vips
destination: mail
identifiers: {email: email}
fields: {FNAME: first_name, POINTS: points}
consent: email_marketing
guards: {first_run: false}
"""


class Bed:
    """The project in a folder, and a receiver as its destination `mail`."""

    def __init__(self, folder: Path, receiver: Receiver, key_type: str = "varchar") -> None:
        self.folder = folder
        self.receiver = receiver
        self.key_type = key_type
        self._project: Project | None = None
        self.wait = 10.0
        """Seconds to wait for a DuckDB file that another process holds."""
        for name, text in PROJECT_FILES.items():
            self.write(name, text)
        self.write("target/manifest.json", json.dumps(self.manifest()))
        self.mail()
        self.write("syncs/vips.yml", SYNC)

    def manifest(self) -> dict[str, Any]:
        return manifest(self.key_type)

    def write(self, name: str, text: str) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        self._project = None

    def mail(self, settings: str = "batch_size: 100") -> None:
        """Write syncs/destinations.yml: one webhook."""
        url = self.receiver.url
        text = f"destinations:\n  mail:\n    type: webhook\n    url: {url}\n    {settings}\n"
        self.write("syncs/destinations.yml", text)

    def files(self, form: str = "jsonl", name: str = "mail") -> None:
        """Write syncs/destinations.yml: one folder of files."""
        text = f"destinations:\n  {name}: {{type: file, path: outbox, format: {form}}}\n"
        self.write("syncs/destinations.yml", text)

    def execute(self, sql: str, values: Sequence[Any] = ()) -> None:
        """Run a statement on the tables that dbt builds, as somebody else."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            connection.execute(sql, values)

    def change_sync(self, old: str, new: str) -> None:
        path = self.folder / "syncs/vips.yml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")
        self._project = None

    def build(self, everyone: Iterable[Person]) -> None:
        """Write the warehouse's tables anew, as dbt would."""
        with duckdb.connect(str(self.folder / "warehouse.duckdb")) as connection:
            for name, (columns, rows) in tables(everyone).items():
                self._table(connection, name, columns, rows)

    def _table(
        self,
        connection: duckdb.DuckDBPyConnection,
        name: str,
        columns: dict[str, str],
        rows: list[tuple[Any, ...]],
    ) -> None:
        types = columns | {"customer_id": self.key_type}
        declared = ", ".join(f"{column} {kind}" for column, kind in types.items())
        connection.execute(f"create or replace table {name} ({declared})")
        if not rows:
            return
        picked, values = [], []
        for (_, kind), column in zip(types.items(), zip(*rows, strict=True), strict=True):
            texts = "varchar[][]" if kind == "varchar[]" else "varchar[]"
            picked.append(f"cast(unnest(?::{texts}) as {kind})")
            plain = kind == "varchar[]"
            values.append([one if plain or one is None else str(one) for one in column])
        connection.execute(f"insert into {name} select {', '.join(picked)}", values)

    @property
    def project(self) -> Project:
        """The project as its files are now."""
        if self._project is None:
            self._project = Project.at(self.folder, profiles=self.folder)
        return self._project

    def warehouse(self) -> Warehouse:
        return DuckDBWarehouse(self.folder / "warehouse.duckdb", wait=self.wait)

    @property
    def the_sync(self) -> Sync:
        return self.project.syncs["vips_to_mail"]

    def run(self, **options: Any) -> Summary:
        options.setdefault("patience", QUICK)
        project = self.project
        with self.warehouse() as warehouse:
            return run_sync(
                project.syncs["vips_to_mail"],
                project.catalog,
                warehouse,
                as_of=AS_OF,
                options=RunOptions(**options),
            )

    def plan(self, **options: Any) -> tuple[Plan, dict[str, list[PlanStep]]]:
        """The plan, and its steps by action."""
        project = self.project
        asked = PlanOptions(options.pop("as_of", AS_OF), **options)
        with (
            self.warehouse() as warehouse,
            planned(self.the_sync, project.catalog, warehouse, asked) as plan,
        ):
            actions = ("add", "update", "move", "remove")
            return plan, {action: list(plan.steps(action)) for action in actions}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of the sync tables: `{name}` stands for the table of that name."""
        with self.warehouse() as warehouse, warehouse.state():
            create_tables(warehouse)
            names = ("ledger", "former", "rejections", "erasures", "runs", "leases", "lists")
            tables = {name: warehouse.state_table(f"sync_{name}") for name in names}
            tables["steps"] = warehouse.state_table("sync_erasure_steps")
            return warehouse.rows(sql.format(**tables))

    @property
    def left_behind(self) -> list[str]:
        """The files of a run that is not folded into the ledger."""
        return sorted(path.name for path in self.folder.glob("*.cdp_run.*"))

    @property
    def ledger(self) -> set[str]:
        return {key for (key,) in self.rows("select entity_key from {ledger}")}

    @property
    def rejected(self) -> dict[str, str]:
        return dict(self.rows("select entity_key, reason from {rejections}"))

    @property
    def listed(self) -> dict[str, Any]:
        """Key -> row of the people on the receiver's list."""
        return self.receiver.lists.get(LIST, {})

    @property
    def points(self) -> dict[str, Any]:
        """Key -> address and points of the same people."""
        return {
            key: (row["identifiers"]["email"], row["fields"]["POINTS"])
            for key, row in self.listed.items()
        }
