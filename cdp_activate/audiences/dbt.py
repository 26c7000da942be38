"""The dbt files of the audiences: a model and its yml each, shared facts, the history of
memberships, one exposure a sync.

They are written whole, checked in, and never edited by hand; `compile --check` compares
them with what would be written.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from cdp_activate.audiences import history
from cdp_activate.audiences.compile import (
    CompiledAudience,
    compile_audience,
    shared_facts,
)
from cdp_activate.audiences.digest import audience_digest
from cdp_activate.audiences.facts import KEY, Fact, audience_model
from cdp_activate.audiences.model import Audience
from cdp_activate.audiences.model_sql import (
    fact_for_dbt,
    for_dbt,
    jinja_safe,
    members_model,
    together_models,
)
from cdp_activate.audiences.together import JudgedGroup, judged_together
from cdp_activate.catalog import Catalog
from cdp_activate.errors import UsageError
from cdp_activate.files import write_whole

FACTS = "facts"
_Dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
MARK = "written by `cdp-activate compile`"


@dataclass(frozen=True)
class SyncUse:
    """A sync of an audience, as dbt's lineage shows it."""

    sync: str
    audience: str
    destination: str
    owner: str
    suppress: tuple[str, ...] = ()


@dataclass(frozen=True)
class Difference:
    """A file that is not as it should be: `missing`, `changed`, or `unexpected`."""

    path: str
    what: str


def dbt_files(
    audiences: Mapping[str, Audience], catalog: Catalog, uses: Iterable[SyncUse] = ()
) -> dict[str, str]:
    """Every file below models/audiences, by its path there. The same input gives the same text."""
    queries = {name: compile_audience(one, catalog) for name, one in sorted(audiences.items())}
    together = judged_together(queries, catalog)
    shared = _shared(queries, together)
    files: dict[str, str] = {}
    while queries:
        # Each tree goes once it is written: thousands of them take much memory.
        name = next(iter(queries))
        query = queries.pop(name)
        model = audience_model(name)
        source = query.audience.node.source.path
        judged = together.get(query.audience.entity.name)
        if judged and name in judged.conditions:
            # A filter of a table that is there: nothing is won by writing its members down.
            body, kept = members_model(query, judged, catalog), "view"
        else:
            body, kept = for_dbt(query, shared, catalog), "table"
        files[f"{model}.sql"] = _sql(body, catalog, f"from {source}")
        digest = audience_digest(query.audience, audiences)
        files[f"{model}.yml"] = _yaml({"models": [_audience_yaml(query, kept, digest)]})
    for name, fact in shared.items():
        files[f"{FACTS}/{name}.sql"] = _sql(
            fact_for_dbt(fact, shared, catalog), catalog, "asked by several audiences"
        )
        files[f"{FACTS}/{name}.yml"] = _yaml({"models": [_fact_yaml(name, fact)]})
    for judged in together.values():
        files.update(_together_files(judged, shared, catalog))
    files.update(_history_files(audiences, catalog))
    if exposures := [_exposure(use, catalog) for use in sorted(uses, key=lambda use: use.sync)]:
        files["exposures.yml"] = _yaml({"exposures": exposures})
    return files


def _shared(
    queries: Mapping[str, CompiledAudience], together: Mapping[str, JudgedGroup]
) -> dict[str, Fact]:
    """The facts that become models: asked by several models of audiences, not by a tally."""
    asking: dict[str, Mapping[str, Fact]] = {
        name: query.facts
        for name, query in queries.items()
        if not any(name in judged.conditions for judged in together.values())
    }
    asking.update((judged.name, judged.facts) for judged in together.values())
    return shared_facts(asking)


def _together_files(
    judged: JudgedGroup, shared: Mapping[str, Fact], catalog: Catalog
) -> dict[str, str]:
    files = {}
    for name, body in together_models(judged, shared, catalog).items():
        if name == judged.name:
            path, key = name, judged.entity.key
            what = f"Every {judged.entity.name}, and for each audience whether it is in."
        else:
            path, key = f"{FACTS}/{name}", KEY
            what = "What audiences ask of these rows: a row a key, a column a question."
        files[f"{path}.sql"] = _sql(body, catalog, "for audiences judged together")
        files[f"{path}.yml"] = _yaml({"models": [_model(name, what, key)]})
    return files


def _history_files(audiences: Mapping[str, Audience], catalog: Catalog) -> dict[str, str]:
    files: dict[str, str] = {}
    if audiences:
        schemas = history.schemas()
        for name, body in history.bodies(audiences[one] for one in sorted(audiences)).items():
            files[f"{name}.sql"] = _sql(body, catalog, "for all audiences")
            files[f"{name}.yml"] = _yaml({"models": [schemas[name]]})
    return files


def _sql(body: str, catalog: Catalog, whence: str) -> str:
    # Installed in another project, the audiences of this one are not wanted there.
    own = f"project_name == '{catalog.project}'"
    head = f"-- {MARK} {jinja_safe(whence)}; do not edit"
    return f"{head}\n{{{{ config(enabled=({own})) }}}}\n\n{body}\n"


def _audience_yaml(query: CompiledAudience, kept: str, digest: str) -> dict[str, object]:
    audience = query.audience
    key, model = audience.entity.key, audience.entity.model
    column = model.columns[key]
    of_the_entity = {
        "name": f"{audience_model(audience.name)}_is_of_{audience.entity.name}",
        "arguments": {"entity": model.name, "package": model.package},
    }
    # dbt renders every text of a yml file, so what people wrote must stay text.
    text = audience.description or audience.label or f"The audience {audience.name}."
    owner = jinja_safe(audience.owner)
    meta = {"audience": audience.name, "entity": audience.entity.name, "owner": owner}
    config: dict[str, object] = {
        "materialized": kept,
        "tags": ["audience", *map(jinja_safe, audience.tags)],
        "post_hook": f"{{{{ cdp_activate.mark_audience('{digest}') }}}}",
        "meta": {"cdp_audience": {name: value for name, value in meta.items() if value}},
    }
    key_yaml: dict[str, object] = {
        "name": key,
        "description": f"The key of {audience.entity.name}: one row a member.",
        "data_tests": ["unique", {"cdp_activate.is_key_of": of_the_entity}],
    }
    variant: dict[str, object] = {
        "name": "variant",
        "description": "The member's variant, `holdout` for those who are never sent, else null.",
    }
    if column.declared:
        config["contract"] = {"enforced": True}
        key_yaml["data_type"] = column.declared
        variant["data_type"] = "string"
    return {
        "name": audience_model(audience.name),
        "description": jinja_safe(text),
        "config": config,
        "columns": [key_yaml, variant],
    }


def _fact_yaml(name: str, fact: Fact) -> dict[str, object]:
    return _model(name, "An answer that several audiences ask for, computed once.", KEY)


def _model(name: str, description: str, key: str) -> dict[str, object]:
    # Rows of nobody, such as an anonymous visit, are one row of a fact, which no key is joined
    # with (7.13); who is judged has a key.
    tests = ["unique"] if key == KEY else ["unique", "not_null"]
    return {
        "name": name,
        "description": description,
        "config": {"materialized": "table", "tags": ["audience"]},
        "columns": [
            {
                "name": key,
                "description": "The key of the entity the answer is about.",
                "data_tests": tests,
            }
        ],
    }


def _exposure(use: SyncUse, catalog: Catalog) -> dict[str, object]:
    own = f"{{{{ project_name == '{catalog.project}' }}}}"
    sends = f"The audience {use.audience}, sent to the destination {use.destination}."
    return {
        "name": f"sync_{use.sync}",
        "label": jinja_safe(f"Sync {use.sync}"),
        "type": "application",
        "description": jinja_safe(sends),
        "config": {"enabled": own},
        "depends_on": [
            f"ref('{audience_model(name)}')"
            for name in dict.fromkeys((use.audience, *use.suppress))
        ],
        "owner": {"name": jinja_safe(use.owner or "unknown")},
    }


def _yaml(content: object) -> str:
    body = _dumped(content, allow_unicode=True)
    if any(line_end in body for line_end in "\x85\u2028\u2029"):  # read as a space
        body = _dumped(content, allow_unicode=False)
    return f"# {MARK}; do not edit\n\n{body}"


def _dumped(content: object, *, allow_unicode: bool) -> str:
    return yaml.dump(
        content, Dumper=_Dumper, sort_keys=False, allow_unicode=allow_unicode, width=88
    )


def differences(folder: Path, files: Mapping[str, str]) -> list[Difference]:
    """What `write_files` would change in the folder."""
    found = []
    for name, text in sorted(files.items()):
        path = folder / name
        if not path.exists():
            found.append(Difference(name, "missing"))
        elif path.read_text(encoding="utf-8", errors="replace") != text:
            found.append(Difference(name, "changed"))
    left = sorted(_written(folder) - set(files))
    return found + [Difference(name, "unexpected") for name in left]


def write_files(folder: Path, files: Mapping[str, str]) -> list[Difference]:
    """Make the folder hold these files, touching only those that differ; says what differed.

    Files that we did not write are left alone. Raises UsageError, with nothing written, when
    one of them stands where ours must be.
    """
    changes = differences(folder, files)
    written = _written(folder)
    for change in changes:
        if change.what == "changed" and change.path not in written:
            raise UsageError(
                f"{change.path} in {folder} was not {MARK}, and an audience needs that name",
                remedy="rename that file or the audience; if it was edited by hand, delete it",
            )
    for change in changes:
        path = folder / change.path
        if change.what == "unexpected":
            path.unlink()
            continue
        write_whole(path, files[change.path])
    return changes


def _written(folder: Path) -> set[str]:
    """The files below the folder that bear our mark."""
    found = set()
    for path in (*folder.rglob("*.sql"), *folder.rglob("*.yml")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            if MARK in lines.readline():
                found.add(path.relative_to(folder).as_posix())
    return found
