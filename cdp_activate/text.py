"""YAML with a place for every value.

Files are YAML 1.2 (core schema): `on` and `yes` are words, a date is text, and a
number with a fraction is an exact decimal. A duplicate key is an error.
https://yaml.org/spec/1.2.2/#103-core-schema
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import yaml

from cdp_activate.core_schema import Scalar, core_value
from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.yaml_mistakes import VARIABLES, conflict, remedy

MAX_VALUES = 200_000
"""Values in one document once aliases are written out: stops a YAML bomb."""

MAX_DEPTH = 64
"""Levels of lists and mappings in a document: what is read, written as SQL and parsed by a
warehouse with room to spare.
"""

_NO_COMMENT = re.compile(r"\s+#(\w)\S*")

LONGEST = 200
"""Characters of a line that a mistake shows."""


@dataclass(frozen=True, slots=True)
class Source:
    """One text file: its path as shown to people, and its lines."""

    path: str
    lines: tuple[str, ...] = ()

    def problem(self, line: int, column: int, message: str, **more: Any) -> Problem:
        """A problem at a place of this file (both from 1)."""
        text = self.lines[line - 1] if 0 < line <= len(self.lines) else ""
        cut = 0 if column <= LONGEST else column - LONGEST // 2
        text = text[cut : cut + LONGEST]
        return Problem(
            message, path=self.path, line=line, column=column, text=text, cut=cut, **more
        )


@dataclass(frozen=True, slots=True)
class Node:
    """A YAML value and where it stands.

    `value` is a scalar, a list of Nodes, or a dict of text to Node; `keys` has the
    Node of each key of a mapping, so that an error can point at the key itself; `text`
    is a scalar as it was written.
    """

    value: Scalar | list[Node] | dict[str, Node]
    source: Source
    line: int
    column: int
    length: int = 1
    keys: dict[str, Node] = field(default_factory=dict)
    text: str = ""

    def problem(self, message: str, hint: str = "", *, code: str = "") -> Problem:
        """A problem at this value."""
        return self.source.problem(
            self.line, self.column, message, hint=hint, length=self.length, code=code
        )

    def plain(self) -> Any:
        """The value without places, as Python's own types."""
        if isinstance(self.value, dict):
            return {key: child.plain() for key, child in self.value.items()}
        if isinstance(self.value, list):
            return [child.plain() for child in self.value]
        return self.value

    def locate(self, path: Iterable[str | int]) -> Node:
        """The Node at `path`, or the nearest one above it that exists."""
        here = self
        for step in path:
            if isinstance(here.value, dict) and step in here.value:
                here = here.value[str(step)]
            elif isinstance(here.value, list) and isinstance(step, int) and step < len(here.value):
                here = here.value[step]
        return here


def read(
    path: Path, *, shown_as: str | None = None, quoted: bool = True, ours: bool = True
) -> list[Node]:
    """The documents of a YAML file. Raises SourceErrors with every place known.

    `quoted=False` is for files where someone may have written a secret: errors give the
    place and do not show the line. Not `ours` are files of dbt: what YAML allows is right.
    """
    name = shown_as or str(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = error.object[: error.start].decode("utf-8-sig").split("\n")
        text = error.object.decode("utf-8-sig", errors="replace")
        source = Source(name, tuple(text.split("\n")) if quoted and "\0" not in text else ())
        problem = source.problem(
            len(before), len(before[-1]) + 1, "the file is not UTF-8 text", hint="save it as UTF-8"
        )
        raise SourceErrors([problem]) from None
    except OSError as error:
        raise SourceErrors([Problem(f"cannot be read: {error.strerror}", path=name)]) from None
    if text.count("\0") > len(text) // 4:
        hint = "it is UTF-16, most likely: save it as UTF-8"
        raise SourceErrors([Problem("the file is not UTF-8 text", hint, name)])
    return parse(text, name, quoted=quoted, ours=ours)


def parse(text: str, name: str = "<text>", *, quoted: bool = True, ours: bool = True) -> list[Node]:
    """The documents in `text`; empty documents are left out."""
    source = Source(name, tuple(text.splitlines()) if quoted else ())
    builder = _Builder(source, ours=ours)
    try:
        for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        if mark and mark.line >= len(text.splitlines()) and error.context_mark:
            # What is never closed is only missed at the end: show where it was opened.
            mark = error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
        raise SourceErrors([_unreadable(source, text.splitlines(), line, column, error)]) from None
    except yaml.reader.ReaderError as error:
        # It says which character, and where only in bytes.
        character = chr(error.character) if isinstance(error.character, int) else error.character
        before = text[: text.index(character)].split("\n")
        reason = f"it has a control character (U+{ord(character):04X})"
        message = f"this is not valid YAML: {reason}"
        problem = source.problem(len(before), len(before[-1]) + 1, message, hint="take it out")
        raise SourceErrors([problem]) from None
    if builder.problems:
        raise SourceErrors(builder.problems)
    return [root for root in builder.documents if root.value is not None]


def _unreadable(
    source: Source, lines: list[str], line: int, column: int, error: yaml.MarkedYAMLError
) -> Problem:
    if at := conflict(lines):
        hint = "keep one of the two versions, without the lines <<<<<<<, ======= and >>>>>>>"
        return source.problem(at, 1, "a merge conflict that is not resolved", hint=hint, length=7)
    what = error.problem or error.context or "not readable"
    written = lines[line - 1] if line <= len(lines) else ""
    hint = remedy(what, written, column)
    return source.problem(line, column, f"this is not valid YAML: {what}", hint=hint)


class _Builder:
    """Builds Nodes from YAML events, without recursion, so that depth cannot hurt.

    An alias stands for the same Node; its size is counted each time it is used.
    """

    def __init__(self, source: Source, *, ours: bool) -> None:
        self.source = source
        self.ours = ours
        self.documents: list[Node] = []
        self.problems: list[Problem] = []
        self.open: list[_Open] = []
        self.anchors: dict[str, tuple[Node, int, int]] = {}
        self.unrepeated: dict[str, Node] = {}

    def take(self, event: yaml.Event) -> None:
        if isinstance(event, yaml.DocumentStartEvent):
            self.anchors.clear()
        elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            opened = self._node(event, {} if is_mapping else [])
            self._check_tag(event, opened, "map" if is_mapping else "seq")
            self.open.append(_Open(opened, event.anchor))
            self._check_depth(opened, 0)
        elif isinstance(event, yaml.CollectionEndEvent):
            closed = self.open.pop()
            self._add(closed.node, closed.size, closed.anchor, closed.levels)
        elif isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
            if event.anchor:
                self.unrepeated[event.anchor] = node
            self._add(node, 1, event.anchor)
        elif isinstance(event, yaml.AliasEvent):
            name, shown = str(event.anchor), self._shown(str(event.anchor))
            if name not in self.anchors:
                hint = "an alias (*name) repeats an anchor (&name) that is complete before it"
                hint += "; a text that begins with * goes in quotes"
                raise SourceErrors(
                    [self._node(event, None).problem(f"nothing to repeat: '*{shown}'", hint)]
                )
            self.unrepeated.pop(name, None)
            node, size, levels = self.anchors[name]
            self._check_depth(self._node(event, None), levels)
            self._add(node, size, None, levels)
        elif isinstance(event, yaml.DocumentEndEvent):
            self._check_repeated()

    def _check_repeated(self) -> None:
        """A text that begins with & has lost its first word: YAML takes it for a name."""
        for name, node in self.unrepeated.items() if self.ours else ():
            shown = self._shown(name)
            message = f"'&{shown}' is no part of the text: it names it, for *{shown} to repeat"
            self.problems.append(node.problem(message, "a text that begins with & goes in quotes"))
        self.unrepeated.clear()

    def _shown(self, written: str) -> str:
        """A word of the file; in a file whose lines are not shown it may be a secret."""
        return written if self.source.lines else ".."

    def _check_depth(self, node: Node, levels: int) -> None:
        """The lists and mappings that are open, with the levels that an alias brings."""
        if len(self.open) + levels > MAX_DEPTH:
            hint = "split it into audiences of their own and combine those"
            raise SourceErrors([node.problem(f"nested more than {MAX_DEPTH} levels deep", hint)])

    def _node(self, event: yaml.Event, value: Any) -> Node:
        start, end = event.start_mark, event.end_mark
        assert start is not None and end is not None  # the parser marks every event
        length = end.column - start.column if end.line == start.line else 1
        return Node(value, self.source, start.line + 1, start.column + 1, max(1, length))

    def _add(self, node: Node, size: int, anchor: str | None, levels: int = 0) -> None:
        if anchor:
            self.anchors[anchor] = node, size, levels
        if not self.open:
            self.documents.append(node)
            return
        parent = self.open[-1]
        parent.size += size
        parent.levels = max(parent.levels, levels + 1)
        if parent.size > MAX_VALUES:
            message = f"more than {MAX_VALUES:,} values, with aliases written out"
            raise SourceErrors([node.problem(message, "list ids in a seed instead")])
        if isinstance(parent.node.value, list):
            parent.node.value.append(node)
        elif parent.key is None:
            parent.key = node
        else:
            self._set(parent.node, parent.key, node)
            parent.key = None

    def _set(self, mapping: Node, key: Node, value: Node) -> None:
        assert isinstance(mapping.value, dict)
        if isinstance(key.value, dict | list):
            hint = "put text that begins with [ or { in quotes"
            if isinstance(key.value, dict):
                hint = VARIABLES
            self.problems.append(key.problem("a key must be a word, not a list or mapping", hint))
            return
        name = key.text
        if name == "<<":
            hint = "write out the keys that it stands for"
            self.problems.append(key.problem("YAML 1.2 has no merge key '<<'", hint))
            return
        if name in mapping.value:
            hint = f"it is already set on line {mapping.keys[name].line}: keep one"
            if len(self.open) > 1 and isinstance(self.open[-2].node.value, list):
                hint += ", or begin another item with `- `"
            self.problems.append(key.problem(f"duplicate key '{name}'", hint))
            return
        mapping.value[name] = value
        mapping.keys[name] = key

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        text = event.value
        self._check_tag(event, self._node(event, text), "str")
        plain = bool(event.implicit[0]) and not event.tag
        node = replace(self._node(event, core_value(text) if plain else text), text=text)
        if plain and self.ours and isinstance(node.value, str | None):
            self._check_comment(event, node)
        if "\0" in text:
            self.problems.append(node.problem("no warehouse holds the character \\0 in text"))
        return node

    def _check_comment(self, event: yaml.ScalarEvent, node: Node) -> None:
        """`label: Deal #1` is 'Deal' to YAML; a comment that is meant has a space after its #."""
        assert event.end_mark is not None  # the parser marks every event
        rest = "".join(self.source.lines[event.end_mark.line : event.end_mark.line + 1])
        found = _NO_COMMENT.match(rest, event.end_mark.column)
        if found and (not node.text or found[1].isdigit()):
            message = f"'{found[0].strip()}' is a comment to YAML, and no part of the text"
            hint = "put the text in quotes; a comment has a space after its #"
            self.problems.append(node.problem(message, hint))

    def _check_tag(self, event: yaml.NodeEvent, node: Node, own: str) -> None:
        """Only the tag that a value of this form has anyway; others would change its type."""
        tag = (getattr(event, "tag", None) or "").replace("tag:yaml.org,2002:", "!!")
        if tag not in ("", f"!!{own}"):
            hint = "leave the tag out"
            if own == "str":
                hint += "; a text that begins with ! goes in quotes"
            self.problems.append(node.problem(f"unknown YAML tag '{self._shown(tag)}'", hint))


@dataclass(slots=True)
class _Open:
    """A list or mapping whose end has not come yet."""

    node: Node
    anchor: str | None
    size: int = 1
    levels: int = 1
    key: Node | None = None
