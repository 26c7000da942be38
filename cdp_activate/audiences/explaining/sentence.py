"""A sentence that may be followed by others, which belong to it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

from cdp_activate.audiences.model import Condition


@dataclass(frozen=True, slots=True)
class Sentence:
    """What holds of a person, without a full stop; `parts` are what it speaks of."""

    text: str
    parts: tuple[Sentence, ...] = ()

    def lines(self, indent: int = 0) -> Iterator[str]:
        """As a list, the parts indented below."""
        yield f"{'  ' * indent}- {self.text}{':' if self.parts else ''}"
        for part in self.parts:
            yield from part.lines(indent + 1)

    def on_one_line(self) -> str:
        """The parts in brackets."""
        inner = "; ".join(part.on_one_line() for part in self.parts)
        return f"{self.text} ({inner})" if inner else self.text

    def as_dict(self) -> dict[str, object]:
        """The form for machines."""
        parts = {"parts": [part.as_dict() for part in self.parts]} if self.parts else {}
        return {"text": self.text, **parts}


Say: TypeAlias = Callable[[Condition], Sentence]
"""Says a condition, for those that have others inside."""
