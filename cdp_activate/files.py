"""Files that are there whole or not at all."""

from __future__ import annotations

import secrets
from contextlib import suppress
from pathlib import Path

from cdp_activate.errors import CdpError


def write_whole(path: Path, text: str) -> None:
    """Write a file, and its folder where there is none; whoever reads it finds all of it.

    It is written beside its place first, and what was there stays until then; what is no file,
    as /dev/stdout, is written to. Raises CdpError where it cannot be written.
    """
    try:
        if path.exists() and not path.is_file():
            path.write_text(text, encoding="utf-8")
            return
        place = path.resolve()
        place.parent.mkdir(parents=True, exist_ok=True)
        beside = place.parent / f".{place.name}.{secrets.token_hex(4)}.tmp"
        try:
            beside.write_text(text, encoding="utf-8")
            beside.replace(place)
        finally:
            with suppress(OSError):
                beside.unlink(missing_ok=True)
    except OSError as error:
        is_file = isinstance(error, (FileExistsError, NotADirectoryError))
        why = "its folder is a file" if is_file else error.strerror
        raise CdpError(
            f"{path} cannot be written: {why}",
            remedy="is there room, and may this user write there?",
        ) from None
