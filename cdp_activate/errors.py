"""Every deliberate error of cdp-activate, drawn as one tree.

CdpError                    whatever a person can mend; never shown as a traceback
  + UsageError              wrong files, names or options                     exit code 2
  |   x SourceErrors        one or more mistakes in YAML files, with places
  |   x SettingsError       profiles, destinations and secrets
  |   x BusyError           another run of the same sync is going on
  |       x AlreadyServedError  one has come to its end since this one was asked for
  + WarehouseError          the warehouse could not be read or written        exit code 1
  |   x LockedError         another process is in the way
  |   x UnreachableError    the server is not there, or the connection was lost
  |   x NotBuiltError       dbt has not made it yet
  + GuardError              a guard refused before anything was sent          exit code 3
  + StoppedError            told to stop (Ctrl-C, SIGTERM)                    exit code 130
  + DestinationError        the platform, not the rows: the sync stops        exit code 1
      x AuthError           it does not know us: nothing will work until mended
      + RetryError          it took none of the rows: send them again
      |   x UnavailableError  it did not answer, or only that it is busy or broken
      x RefusedError        it refused the batch for what is in it: split it

An error says what is wrong, where, and how to mend it. Messages never hold
personal data, secrets or SQL.
"""

from __future__ import annotations

import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


class CdpError(Exception):
    """Root of the tree: catch this to show any error to a person.

    `remedy` is one sentence that says what to do about it.
    """

    exit_code = 1

    def __init__(self, message: str, *, remedy: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.remedy = remedy

    def as_dict(self) -> dict[str, object]:
        """The form for machines (`--json`)."""
        return {"kind": type(self).__name__, "message": self.message, "remedy": self.remedy}

    def __str__(self) -> str:
        return f"{self.message}\n  {self.remedy}" if self.remedy else self.message


class UsageError(CdpError):
    """Wrong files, names or options: nothing was started."""

    exit_code = 2


class SettingsError(UsageError):
    """A profile, destination or secret is missing or wrong."""


def said(error: BaseException) -> str:
    """What a record, a log or an alert may say of an error: its sentence, or place and kind.

    Not the lines of a file, where somebody may have written a secret, and not what others'
    exceptions say, which may hold a value of a row.
    """
    if isinstance(error, SourceErrors):
        return "; ".join(f"{one.path}:{one.line} {one.message}" for one in error.problems)
    if isinstance(error, CdpError):
        return error.message
    return unforeseen(error).message if isinstance(error, Exception) else type(error).__name__


def unforeseen(error: Exception) -> CdpError:
    """What nobody foresaw, as an error that can be shown.

    Not its words, which may hold a value of a row: where it was, and of what kind.
    """
    if isinstance(error, OSError):
        # A folder that may not be written, a disk that is full.
        return CdpError(
            f"{error.filename or 'the file system'}: {error.strerror or type(error).__name__}",
            remedy="is there room, and may this user write there?",
        )
    return CdpError(
        f"it broke at {place_of(error)}", remedy="that is a fault of cdp-activate: report it"
    )


def place_of(error: Exception) -> str:
    """File, line and kind of an exception that was raised."""
    frames = traceback.extract_tb(error.__traceback__)
    at = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "no place"
    return f"{at} ({type(error).__name__})"


class BusyError(UsageError):
    """Another run of the same sync is going on."""


class AlreadyServedError(BusyError):
    """Another run of the same sync has come to its end since this one was asked for."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in one file. `line` and `column` count from 1.

    `length` is the number of characters to underline; `code` names a warning. `text` is the
    line, or of a very long one the part around the mistake, which begins after `cut` characters.
    """

    message: str
    hint: str = ""
    path: str = ""
    line: int = 0
    column: int = 0
    text: str = ""
    length: int = 1
    code: str = ""
    cut: int = 0

    def render(self) -> str:
        """The form shown to people: place, message, the line, and the remedy."""
        place = ":".join(str(part) for part in (self.path, self.line, self.column) if part)
        label = f" [{self.code}]" if self.code else ""
        head = f"{place}  {self.message}{label}" if place else f"{self.message}{label}"
        if not self.text:
            return f"{head}\n  {self.hint}" if self.hint else head
        number = f"{self.line:>4} | "
        indent = " " * (len(number) - 2) + "| " + " " * (self.column - 1 - self.cut)
        pointer = indent + "^" * max(1, self.length) + (f" {self.hint}" if self.hint else "")
        return f"{head}\n{number}{self.text}\n{pointer}"

    def as_dict(self) -> dict[str, object]:
        """The form for machines (`--json`)."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "message": self.message,
            "hint": self.hint,
            "code": self.code,
        }


class SourceErrors(UsageError):
    """Mistakes in YAML files, all of them at once."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(problem.render() for problem in self.problems))

    def as_dict(self) -> dict[str, object]:
        """The form for machines, with each mistake's place."""
        return {**super().as_dict(), "problems": [problem.as_dict() for problem in self.problems]}


class StoppedError(CdpError):
    """Told to stop (Ctrl-C, SIGTERM): 128 + SIGINT, as shells have it."""

    exit_code = 130


class WarehouseError(CdpError):
    """The warehouse could not be reached, read or written."""


class LockedError(WarehouseError):
    """Another process is in the way: it holds a DuckDB file or a plan, or wrote the same first."""


class UnreachableError(WarehouseError):
    """The warehouse's server is not there, does not let us in, or the connection was lost."""


class NotBuiltError(WarehouseError):
    """What `cdp-activate build` makes is not there yet."""


class GuardError(CdpError):
    """A guard of a sync refused before anything was sent.

    `guards` names the guards that refused, as `--allow` takes them.
    """

    exit_code = 3

    def __init__(self, message: str, *, guards: Sequence[str], remedy: str = "") -> None:
        super().__init__(message, remedy=remedy)
        self.guards = tuple(guards)

    def as_dict(self) -> dict[str, object]:
        """The form for machines, with the guards' names."""
        return {**super().as_dict(), "guards": list(self.guards)}


class DestinationError(CdpError):
    """The platform cannot go on with this sync; what was acknowledged stays.

    `in_doubt`: it may have taken the rows of the call all the same. False where it certainly
    took none, so that a message is sent by the next run and not reported as unanswered.
    """

    in_doubt: bool = True

    def __init__(self, message: str, *, remedy: str = "", in_doubt: bool | None = None) -> None:
        super().__init__(message, remedy=remedy)
        if in_doubt is not None:
            self.in_doubt = in_doubt


class AuthError(DestinationError):
    """The platform does not accept our credentials."""

    in_doubt = False


class RetryError(DestinationError):
    """The platform took none of the rows; `after` is the wait it asked for, in seconds.

    `in_doubt`: it may have taken them after all, as when its answer was lost on the way.
    Lists are sets, so they are sent again either way; messages are not.
    """

    def __init__(
        self,
        message: str,
        *,
        after: float | None = None,
        in_doubt: bool = False,
        remedy: str = "",
    ) -> None:
        super().__init__(message, remedy=remedy, in_doubt=in_doubt)
        self.after = after


class UnavailableError(RetryError):
    """The platform did not answer, or only that it is busy or broken: nothing of what was asked.

    Of a job it says nothing: that may go on.
    """


class RefusedError(DestinationError):
    """The platform refused the whole batch for its content."""

    in_doubt = False
