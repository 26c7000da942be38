"""Files in a folder or an object store: CSV, JSON Lines or Parquet.

    <path>/<list>/<publication>/part-00001.csv ...
    <path>/<list>/<publication>/manifest.json        written last

A publication is one verb of one run. Without its manifest it does not exist
for a reader. docs/destinations.md describes the layout for readers.
"""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from cdp_activate.destinations._formats import (
    ENCODERS,
    Column,
    columns_of,
    csv_bytes,
    spreadsheet_text,
)
from cdp_activate.destinations._storage import Storage
from cdp_activate.destinations.base import Destination, DestinationSettings
from cdp_activate.destinations.rows import Receipt, Row
from cdp_activate.errors import DestinationError, RetryError
from cdp_activate.http import Transport
from cdp_activate.settings import SecretsAmong

Verb = Literal["remove", "upsert"]

_ORDER: dict[Verb, int] = {"remove": 1, "upsert": 2}
_PLAIN_SLUG = re.compile(r"[a-z0-9]+([_-][a-z0-9]+)*")
_LOOKS_HASHED = re.compile(r".*-[0-9a-f]{8}")
_LONGEST_SLUG = 60
_LIST_ID = re.compile(r"[\w-]+")
_SECRET_OPTIONS = SecretsAmong(
    names="secret|passw|passphrase|credential|connection_string|(account|private|_access)_key$"
    "|token$",
    # What gcsfs takes for `token`: ways to find one, and files of service accounts.
    harmless=r"anon|browser|cache|cloud|google_default|[^\s{}]+\.json",
    in_address=True,
)
_FILE_OPTIONS = frozenset({"known_hosts", "key_filename", "token"})
"""Options that name a file: a relative one begins at the project's folder."""

_JOB = re.compile(r"[\w-]+/\d{8}T\d{6}\.\d{6}Z-[12]-(remove|upsert)-[0-9a-f]{4}")


@dataclass
class _Publication:
    """What is known of one folder while its parts are being written."""

    job: str
    list_name: str
    verb: Verb
    created_at: datetime
    columns: tuple[Column, ...] = ()
    parts: list[dict[str, Any]] = field(default_factory=list)
    begun: int = 0
    writing: int = 0
    published: bool = False


class FileDestination(Destination["FileDestination.Settings"]):
    """Lists as folders of dated publications."""

    class Settings(DestinationSettings):
        """What `syncs/destinations.yml` may say under `type: file`."""

        path: Annotated[str, SecretsAmong(in_address=True)] = Field(
            min_length=1, description="A folder, or a URL such as s3://bucket/lists."
        )
        format: Literal["csv", "jsonl", "parquet"] = Field(
            default="csv", description="`csv`, `jsonl` (JSON Lines) or `parquet`."
        )
        options: Annotated[dict[str, Any], _SECRET_OPTIONS] = Field(
            default_factory=dict,
            repr=False,
            description="Passed to the fsspec storage, such as key and secret for s3. Those that "
            "are secrets by `env_var` only.",
        )
        for_spreadsheets: bool = Field(
            default=False,
            description="CSV alone: an apostrophe before what a spreadsheet would take for a "
            "formula.",
        )

        @model_validator(mode="after")
        def _spreadsheets_read_csv(self) -> FileDestination.Settings:
            if self.for_spreadsheets and self.format != "csv":
                raise ValueError("`for_spreadsheets` belongs to `format: csv`")
            return self

    where = ("path",)
    identifiers = ()
    knows_keys = True
    leaving = "They stand in a `remove` publication: whoever reads the files acts on it."
    batch_size = 25_000
    concurrency = 2

    def __init__(
        self, settings: Settings, *, transport: Transport | None = None, name: str = ""
    ) -> None:
        """Keep the settings; touch no file yet."""
        super().__init__(settings, transport=transport, name=name)
        self._lock = threading.Lock()
        self._store: Storage | None = None
        self._names: dict[str, str] = {}
        self._open: dict[tuple[str, Verb], _Publication] = {}
        self._jobs: dict[str, _Publication] = {}
        self._last = datetime.min.replace(tzinfo=UTC)

    def check(self) -> None:
        """Write a small file and take it away again."""
        self._storage().probe()

    def open(self, name: str) -> str:
        """Make the list's folder; its name is the list's, made safe for paths."""
        list_id = folder_name(name)
        self._storage().make_folder(list_id)
        with self._lock:
            self._names[list_id] = name
        return list_id

    def upsert(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Write a part of this run's `upsert` publication."""
        return self._add("upsert", list_id, rows)

    def remove(self, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Write a part of this run's `remove` publication."""
        return self._add("remove", list_id, rows)

    def settle(self, job: str) -> Receipt | None:
        """Publish: write the manifest, and with it accept every row of the parts.

        None while a part is still being written. Raises `RetryError` for a
        publication that another process began and never finished: no reader
        has seen it, so its rows are to be sent again.
        """
        if not _JOB.fullmatch(job):
            raise DestinationError(f"{self.name} knows no job of this name")
        with self._lock:
            publication = self._jobs.get(job)
            if publication is not None and publication.published:
                return Receipt()
            if publication is not None and publication.writing:
                return None
            manifest = self._closed(publication) if publication else None
        if manifest is None:
            if self._storage().exists(f"{job}/manifest.json"):
                return Receipt()
            raise RetryError(f"{self.name} never finished the publication {job}")
        text = json.dumps(manifest, ensure_ascii=False, indent=2)
        self._storage().write(f"{job}/manifest.json", f"{text}\n".encode())
        with self._lock:
            self._jobs[job].published = True
        return Receipt()

    def _closed(self, publication: _Publication) -> dict[str, Any] | None:
        """The manifest, if there is a part; a later batch begins a new publication.

        The caller holds the lock.
        """
        self._open = {
            place: other for place, other in self._open.items() if other is not publication
        }
        return self._manifest(publication) if publication.parts else None

    def _storage(self) -> Storage:
        with self._lock:
            if self._store is None:
                path = self.settings.path
                if "://" not in path:
                    path = str(self.folder / path)
                options = dict(self.settings.options)
                for name in _FILE_OPTIONS & options.keys():
                    # gcsfs takes words too, such as `anon`.
                    if name != "token" or str(options[name]).endswith(".json"):
                        options[name] = str(self.folder / Path(str(options[name])).expanduser())
                self._store = Storage(path, options)
            return self._store

    def close(self) -> None:
        """Hang up, where the storage is a connection."""
        with self._lock:
            store, self._store = self._store, None
        if store is not None:
            store.close()
        super().close()

    def _add(self, verb: Verb, list_id: str, rows: Sequence[Row]) -> Receipt:
        """Write one part; it counts once `settle` has published it."""
        if not rows:
            return Receipt()
        if not _LIST_ID.fullmatch(list_id):
            raise DestinationError(f"{self.name} has no list of this id")
        storage = self._storage()
        with self._lock:
            publication = self._publication(list_id, verb)
            publication.columns = columns = columns_of(rows, publication.columns)
            publication.begun += 1
            publication.writing += 1
            part = f"part-{publication.begun:05}.{self.settings.format}"
        try:
            data = self._encoded(rows, columns)
            storage.make_folder(publication.job)
            storage.write(f"{publication.job}/{part}", data)
            described = {
                "name": part,
                "rows": len(rows),
                "bytes": len(data),
                "sha256": hashlib.sha256(data).hexdigest(),
            }
            with self._lock:
                publication.parts.append(described)
        finally:
            with self._lock:
                publication.writing -= 1
        return Receipt(job=publication.job)

    def _encoded(self, rows: Sequence[Row], columns: Sequence[Column]) -> bytes:
        if self.settings.for_spreadsheets:
            return csv_bytes(rows, columns, spreadsheet_text)
        return ENCODERS[self.settings.format](rows, columns)

    def _publication(self, list_id: str, verb: Verb) -> _Publication:
        """The publication that a batch belongs to; the caller holds the lock."""
        publication = self._open.get((list_id, verb))
        if publication is None:
            # A clock that stands still or goes back must not upset the order.
            self._last = max(datetime.now(UTC), self._last + timedelta(microseconds=1))
            stamp = f"{self._last:%Y%m%dT%H%M%S.%f}Z"
            name = f"{stamp}-{_ORDER[verb]}-{verb}-{secrets.token_hex(2)}"
            list_name = self._names.get(list_id, list_id)
            publication = _Publication(f"{list_id}/{name}", list_name, verb, self._last)
            self._open[list_id, verb] = self._jobs[publication.job] = publication
        return publication

    def _manifest(self, publication: _Publication) -> dict[str, Any]:
        parts = sorted(publication.parts, key=lambda part: str(part["name"]))
        return {
            "version": 1,
            "list": publication.list_name,
            "verb": publication.verb,
            "format": self.settings.format,
            "created_at": publication.created_at.isoformat(),
            "rows": sum(part["rows"] for part in parts),
            "columns": [asdict(column) for column in publication.columns],
            "parts": parts,
        }


def folder_name(list_name: str) -> str:
    """The folder of a list: readable, safe in any path, and no other list's.

    A name of small Latin letters, digits, hyphens and underscores stays as it
    is. Any other loses something on the way, so eight digits of its SHA-256
    follow: `VIP` and `vip` are two folders on every disk.
    """
    name = unicodedata.normalize("NFC", list_name)
    if (
        len(name) <= _LONGEST_SLUG
        and _PLAIN_SLUG.fullmatch(name)
        and not _LOOKS_HASHED.fullmatch(name)
    ):
        return name
    readable = re.sub(r"[\W_]+", "-", name.lower()).strip("-")[:_LONGEST_SLUG].strip("-")
    digest = hashlib.sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:8]
    return f"{readable or 'list'}-{digest}"
