"""The structured log: one event a line, as JSON or as text, through Python's own logging.

A program that uses the library attaches its handlers to the logger `cdp_activate`; each record
carries `event` and `fields`. The command line does so for `--log-format`.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from typing import Any, TextIO

DEBUG, INFO, WARNING, ERROR = logging.DEBUG, logging.INFO, logging.WARNING, logging.ERROR

_LOGGER = logging.getLogger("cdp_activate")
_LOGGER.addHandler(logging.NullHandler())


def event(name: str, level: int = INFO, /, **fields: Any) -> None:
    """Log an event. `fields` hold names, counts and instants, never a value of a row."""
    _LOGGER.log(level, name, extra={"event": name, "fields": fields})


class _Json(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return json.dumps(_entries(record), ensure_ascii=False, default=str)


class _Text(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        entries = _entries(record)
        head = [str(entries.pop(name)) for name in ("at", "level", "event")]
        tail = [
            f"{name}={json.dumps(value, ensure_ascii=False, default=str)}"
            for name, value in entries.items()
            if value is not None
        ]
        return " ".join([*head, *tail])


def _entries(record: logging.LogRecord) -> dict[str, Any]:
    at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
    head = {"at": at, "level": record.levelname.lower()}
    return {**head, "event": getattr(record, "event", record.msg), **getattr(record, "fields", {})}


def line(name: str, level: int, /, **fields: Any) -> str:
    """An event as a line of the JSON log, for what is said where nothing is logged."""
    record = logging.LogRecord(_LOGGER.name, level, "", 0, name, None, None)
    record.event, record.fields = name, fields
    return _Json().format(record)


def write_to(stream: TextIO, form: str, level: int = INFO) -> logging.Handler:
    """Begin to write the log to a stream, as `json` or `text`; returns what `stop` takes."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Json() if form == "json" else _Text())
    _LOGGER.addHandler(handler)
    _LOGGER.setLevel(level)
    return handler


def stop(handler: logging.Handler) -> None:
    """Write no more to the stream."""
    _LOGGER.removeHandler(handler)
    handler.flush()
