"""A folder that files are published into: on this machine or an object store.

A file appears under its name only once it is whole. Not a destination: names
with an underscore are no types.
"""

from __future__ import annotations

import errno
import os
import secrets
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from http import HTTPStatus
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from fsspec.core import url_to_fs
from fsspec.implementations.local import LocalFileSystem

from cdp_activate.errors import (
    AuthError,
    CdpError,
    DestinationError,
    RetryError,
    SettingsError,
)

_EXTRAS = {"s3": "s3", "s3a": "s3", "gs": "gcs", "gcs": "gcs", "sftp": "sftp", "ssh": "sftp"}
_SSH = frozenset({"sftp", "ssh"})
# Stores without folders: making one there could create a bucket.
_WITHOUT_FOLDERS = frozenset(
    {"abfs", "abfss", "adl", "az", "gcs", "gs", "memory", "oci", "oss", "r2", "s3", "s3a"}
)
_WORDS = {
    errno.ENOSPC: ("the disk is full", "Make room there and run the sync again."),
    errno.EDQUOT: ("the disk quota is used up", "Make room there and run the sync again."),
    errno.EROFS: ("it is read-only", "Choose a folder that can be written to."),
    errno.ENOTDIR: ("a file stands where a folder is needed", "Choose another path."),
    errno.EEXIST: ("a file stands where a folder is needed", "Choose another path."),
    errno.ENOENT: ("it is not there", "Create it, or choose another path."),
    errno.ENAMETOOLONG: ("its name is too long", "Choose a shorter path."),
}
# Errors of packages that are loaded only when their storage is used, by name.
_NOT_KNOWN = frozenset(
    {"AuthenticationException", "DefaultCredentialsError", "NoCredentialsError", "RefreshError"}
)
_NOT_REACHED = frozenset(
    {"ClientConnectionError", "EndpointConnectionError", "HTTPClientError"}
    | {"NoValidConnectionsError", "SSHException"}
)
_BUSY = frozenset({408, 429, 500, 502, 503, 504})


class Storage:
    """Files below one root, reached through fsspec.

    Raises `SettingsError` when the kind of storage is unknown or its package
    is missing. Every method raises a `DestinationError` in plain words when
    the storage fails; what may pass on its own is a `RetryError`.
    """

    def __init__(self, path: str, options: Mapping[str, Any]) -> None:
        self.shown = _without_password(path)
        scheme = path.partition("://")[0] if "://" in path else "file"
        self._is_local = scheme == "file"
        # paramiko's one connection stands still for ever when several threads read from it.
        self._turn: Any = threading.RLock() if scheme in _SSH else nullcontext()
        try:
            if scheme in _SSH:
                options = known_hosts_alone(options)
            # Some storages connect here already, others at the first file.
            with self._in_plain_words(but=(ImportError, ValueError, TypeError)):
                self._files, self._root = url_to_fs(path, **options)
        except ImportError as error:
            package = _EXTRAS.get(scheme)
            wanted = f"'cdp-activate[{package}]'" if package else f"the package for {scheme}://"
            raise SettingsError(
                f"{scheme}:// needs a package that is not installed",
                remedy=f"Install {wanted}, for example with pip.",
            ) from error
        except (ValueError, TypeError) as error:
            raise SettingsError(
                f"the storage {scheme}:// is unknown or does not take these options",
                remedy="Check path and options; fsspec's documentation lists both.",
            ) from error
        self._is_local = isinstance(self._files, LocalFileSystem)
        self._has_folders = scheme not in _WITHOUT_FOLDERS
        self._is_connection = scheme in _SSH

    def close(self) -> None:
        """Hang up, where there is a connection."""
        if self._is_connection:
            self._files.client.close()

    def make_folder(self, folder: str) -> None:
        """Create `folder` below the root, with its parents, where folders exist."""
        if self._has_folders:
            with self._in_plain_words():
                self._files.makedirs(self._at(folder), exist_ok=True)

    def write(self, file: str, data: bytes) -> None:
        """Put `data` at `file`: written beside it, made durable, then renamed."""
        target = PurePosixPath(file)
        beside = str(target.with_name(f".{target.name}.{secrets.token_hex(4)}.tmp"))
        with self._in_plain_words():
            try:
                if self._is_local:
                    _write_durably(Path(self._at(beside)), Path(self._at(file)), data)
                else:
                    self._files.pipe_file(self._at(beside), data)
                    self._files.mv(self._at(beside), self._at(file))
            except BaseException:
                self._discard(beside)
                raise

    def exists(self, file: str) -> bool:
        """Whether there is a file of this name."""
        with self._in_plain_words():
            return bool(self._files.exists(self._at(file)))

    def probe(self) -> None:
        """Write a small file and take it away again, with any folder made for it."""
        made = self._missing_folders()
        try:
            self.make_folder("")
            name = f"check-{secrets.token_hex(4)}"
            self.write(name, b"")
            with self._in_plain_words():
                self._files.rm_file(self._at(name))
        finally:
            for folder in made:
                self._remove_if_empty(folder)

    def _missing_folders(self) -> list[str]:
        """Folders that `make_folder("")` will create, innermost first."""
        if not self._has_folders:
            return []
        missing = []
        folder = PurePosixPath(self._root)
        with self._in_plain_words():
            while not self._files.exists(str(folder)) and folder != folder.parent:
                missing.append(str(folder))
                folder = folder.parent
        return missing

    def _remove_if_empty(self, folder: str) -> None:
        """Take a folder away again, unless it was never made or someone uses it by now."""
        with suppress(Exception):
            self._files.rmdir(folder)

    def _discard(self, file: str) -> None:
        """Take away a half-written file; the error under way matters more than this one."""
        with suppress(Exception):
            self._files.rm_file(self._at(file))

    def _at(self, file: str) -> str:
        root = str(self._root).rstrip("/")
        return f"{root}/{file}" if file else root

    @contextmanager
    def _in_plain_words(self, but: tuple[type[Exception], ...] = ()) -> Iterator[None]:
        try:
            with self._turn:
                yield
        except CdpError:
            raise
        except Exception as error:
            if isinstance(error, but):
                raise
            # Each storage has a family of errors of its own, with no common root.
            raise self._translated(error) from None

    def _translated(self, error: Exception) -> DestinationError:
        said = f"{self.shown} cannot be written"
        status = _status(error)
        if isinstance(error, PermissionError) or status == HTTPStatus.FORBIDDEN:
            kind = DestinationError if self._is_local else AuthError
            return kind(
                f"{said}: we have no permission", remedy="Allow this user or key to write there."
            )
        kinds = {kind.__name__ for kind in type(error).__mro__}
        if kinds & _NOT_KNOWN or status == HTTPStatus.UNAUTHORIZED:
            return AuthError(
                f"{said}: the storage does not accept our credentials",
                remedy="Check the user, password or key in its options.",
            )
        is_away = isinstance(error, ConnectionError | TimeoutError) or kinds & _NOT_REACHED
        if is_away or status in _BUSY:
            return RetryError(f"{said}: the storage did not answer")
        code = error.errno if isinstance(error, OSError) else None
        if isinstance(error, FileNotFoundError):
            code = errno.ENOENT  # s3fs leaves the number out
        if code in _WORDS:
            why, remedy = _WORDS[code]
            return DestinationError(f"{said}: {why}", remedy=remedy)
        return DestinationError(
            f"{said} ({type(error).__name__})",
            remedy="Check the path, its options and the credentials of the storage.",
        )


def _status(error: Exception) -> int | None:
    """The HTTP status that an error of gcsfs stands for; None where it does not say."""
    if type(error) is OSError and str(error).startswith("Forbidden:"):
        return HTTPStatus.FORBIDDEN
    code = str(getattr(error, "code", "")) if type(error).__name__ == "HttpError" else ""
    return int(code) if code.isdigit() else None


def _write_durably(beside: Path, target: Path, data: bytes) -> None:
    """A local file that is whole or absent, even after a power cut."""
    with beside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    beside.replace(target)
    if os.name == "posix":
        # The new name is durable once its folder is.
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def known_hosts_alone(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options for SFTP by which only a server is spoken to whose key is known.

    fsspec takes any key at the first meeting, and people's addresses would go to whoever
    answers. The keys are those of `known_hosts` in the options, else of ~/.ssh/known_hosts.
    """
    import paramiko

    chosen = dict(options)
    file = Path(chosen.pop("known_hosts", "~/.ssh/known_hosts")).expanduser()

    class KnownHosts(paramiko.MissingHostKeyPolicy):  # type: ignore[misc]  # it has no types
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            del client
            known = paramiko.HostKeys(str(file)) if file.is_file() else paramiko.HostKeys()
            if not known.check(hostname, key):
                raise DestinationError(
                    f"the key of the SFTP server {hostname} is not among the known hosts",
                    remedy="Compare its fingerprint with the one its owner gives, then add the "
                    "key to ~/.ssh/known_hosts, or to a file named in options: known_hosts.",
                )

    # Of its own, so that it can be closed: fsspec would hand it out again.
    return {**chosen, "host_key_policy": KnownHosts(), "skip_instance_cache": True}


def _without_password(path: str) -> str:
    """The path as messages show it: no user or password."""
    if "://" not in path:
        return path
    parts = urlsplit(path)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"
