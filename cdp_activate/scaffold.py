"""`cdp-activate init`: an example to start from, and what is missing of a dbt project."""

from __future__ import annotations

import keyword
import re
from dataclasses import dataclass, field
from pathlib import Path

from cdp_activate import shipped
from cdp_activate.destinations import destination_types
from cdp_activate.errors import UsageError
from cdp_activate.words import listed

PACKAGE = "packages/cdp_activate"
"""Our dbt models, copied into the project: checked in with it, no hub and no network."""

_FILES = {
    "dbt_project.yml": """\
name: {name}
version: 1.0.0
config-version: 2
profile: {name}

model-paths: ["models"]

flags:
  send_anonymous_usage_stats: false
  # The models of the package below may refer to models of yours.
  require_ref_searches_node_package_before_root: true

vars:
  # Which of your tables is which subject of the input contract. Subjects that are left
  # out are empty. A relation is text, {{ref: model}}, or {{source: [source, table]}}.
  cdp_inputs:
    customers: raw.customers
    orders: raw.orders
    consents: raw.consents

  # The names your events have, so that audiences can ask for them.
  cdp_event_names: [page_viewed, product_viewed, cart_updated]
""",
    "profiles.yml": """\
{name}:
  target: dev
  outputs:
    dev:
      type: duckdb
      path: "{{{{ env_var('CDP_DUCKDB_PATH', 'warehouse.duckdb') }}}}"
      schema: main
      threads: 2
      settings: {{TimeZone: UTC}}
""",
    ".gitignore": """\
# Warehouse, sync state and files to send hold personal data.
*.duckdb
*.duckdb.wal
outbox/
target/
logs/
dbt_packages/
""",
    "packages.yml": """\
packages:
  - local: {package}
""",
    "audiences/recent_buyers.yml": """\
audience: recent_buyers
label: Recent buyers
description: Ordered in the last 30 days, and may be written to.
owner: you@example.com
where:
  - event: order_placed
    within: 30 days
  - consent: email_marketing
""",
    "syncs/destinations.yml": """\
# Where lists are kept. Secrets come from the environment: "{{{{ env_var('NAME') }}}}".
destinations:
  outbox:
    type: file
    path: outbox
    format: csv
""",
    "syncs/recent_buyers_to_file.yml": """\
sync: recent_buyers_to_file
audience: recent_buyers
destination: outbox
mode: mirror
identifiers: {{email: email, external_id: customer_id}}
fields: {{FIRST_NAME: first_name}}
consent: email_marketing
guards: {{max_remove: 20%}}
""",
}

_NEEDED = {"packages.yml": "cdp_activate", "dbt_project.yml": "cdp_inputs", ".gitignore": "duckdb"}
"""What tells that a file of the user's is ready for us."""

_ADDED_FROM = {"dbt_project.yml": "flags:"}
"""Where the part begins that such a file should hold."""


@dataclass
class ScaffoldResult:
    """The paths written, and what files that were left alone should hold."""

    written: list[str] = field(default_factory=list)
    to_add: dict[str, str] = field(default_factory=dict)

    @property
    def next_steps(self) -> list[str]:
        """What has to be edited before the first build."""
        steps = {
            "profiles.yml": "say in profiles.yml where your warehouse is: what is there is an "
            "empty DuckDB file",
            "dbt_project.yml": "say in dbt_project.yml, under `cdp_inputs`, which of your tables "
            "is which subject: what is there are examples, and a build needs the tables",
        }
        found = [step for path, step in steps.items() if path in self.written]
        if self.to_add:
            found.append(f"add to {listed(list(self.to_add))} what is shown above")
        return found


def scaffold(folder: Path) -> ScaffoldResult:
    """Write what is missing below `folder`; files that exist are left alone.

    Raises UsageError when the folder is a file.
    """
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file", remedy="name a folder")
    name = re.sub(r"\W+", "_", folder.resolve().name.lower()).strip("_") or "activation"
    name = f"project_{name}" if name[0].isdigit() else name
    name = "my_activation" if name == "cdp_activate" else name
    has_project = (folder / "dbt_project.yml").exists()
    made = ScaffoldResult()
    if not (folder / PACKAGE).exists():
        shipped.copy(shipped.PACKAGE_PARTS, folder / PACKAGE, leave_out=("audiences",))
        made.written.append(f"{PACKAGE}/")
    for path, form in _FILES.items():
        if path == "profiles.yml" and has_project:
            continue
        text, target = form.format(name=name, package=PACKAGE), folder / path
        if path == "packages.yml":
            target = _packages_file(folder)
        if not target.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(text, encoding="utf-8")
            made.written.append(path)
        elif path in _NEEDED and _NEEDED[path] not in target.read_text(encoding="utf-8"):
            made.to_add[target.name] = text[text.index(_ADDED_FROM.get(path, text[:1])) :]
    return made


def _packages_file(folder: Path) -> Path:
    """The file in which packages are listed: dbt takes them from one of the two only."""
    other = folder / "dependencies.yml"
    has_packages = other.exists() and "packages:" in other.read_text(encoding="utf-8")
    return other if has_packages else folder / "packages.yml"


_TEMPLATES = Path(__file__).parent / "templates"
_A_TYPE = re.compile("[a-z][a-z0-9_]{1,40}")


def scaffold_destination(folder: Path, name: str) -> list[str]:
    """Write a package with one destination, type `name`, and its test; the paths written.

    The test passes the contract at once, against a platform that does not exist: change both
    to yours. Raises UsageError for a name that cannot be a type, or a file that is there.
    """
    if not _A_TYPE.fullmatch(name) or keyword.iskeyword(name):
        raise UsageError(
            f"'{name}' cannot be the name of a type",
            remedy="use small letters, digits and underscores, such as postbox",
        )
    if name in destination_types():
        raise UsageError(
            f"there is a destination type '{name}' already", remedy="choose another name"
        )
    title = "".join(part.capitalize() for part in name.split("_"))
    # None of the tool's own words holds this name.
    texts = {
        template.name.removesuffix(".txt").replace("postbox", name): template.read_text("utf-8")
        .replace("cdp-activate-postbox", f"cdp-activate-{name.replace('_', '-')}")
        .replace("postbox", name)
        .replace("Postbox", title)
        for template in sorted(_TEMPLATES.glob("*.txt"))
    }
    there = [path for path in texts if (folder / path).exists()]
    if there:
        raise UsageError(
            f"{folder / there[0]} is there already", remedy="name an empty folder with --dir"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for path, text in texts.items():
        (folder / path).write_text(text, encoding="utf-8")
    return list(texts)
