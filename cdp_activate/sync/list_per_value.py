"""One list for each value of a column, `per: country`: what the lists are called."""

from __future__ import annotations

from dataclasses import dataclass

from sqlglot import exp

from cdp_activate.audiences.expressions import Expression, text
from cdp_activate.identifiers.sql import trimmed
from cdp_activate.sync.mapping import MappedExpression, Template

PLACE = "per"
"""What stands in the list's name for the value."""


@dataclass(frozen=True)
class ListPerValue:
    """Lists named `before` + a value + `after`; a person is on the list of their value."""

    value: MappedExpression
    before: str
    after: str

    @property
    def shown(self) -> str:
        """What all of the lists are called together."""
        return f"{self.before}{{{PLACE}}}{self.after}"

    @property
    def pattern(self) -> str:
        """Every name of these lists, for SQL's `like .. escape '!'`."""
        before, after = (_literally(part) for part in (self.before, self.after))
        return f"{before}_%{after}"

    def name(self, table: str) -> Expression:
        """The name of a person's list, as SQL; NULL where they have no value."""
        named: Expression = trimmed(self.value.over(table))
        if self.before:
            named = exp.DPipe(this=text(self.before), expression=named)
        return exp.DPipe(this=named, expression=text(self.after)) if self.after else named

    def may_be(self, name: str) -> bool:
        """Whether one of these lists may have this name, but for capitals."""
        name, before, after = (one.casefold() for one in (name, self.before, self.after))
        long_enough = len(name) > len(before) + len(after)
        return long_enough and name.startswith(before) and name.endswith(after)

    def may_meet(self, other: ListPerValue) -> bool:
        """Whether two families of lists may have a name in common, but for capitals."""
        return _begins_alike(self.before, other.before) and _begins_alike(
            self.after[::-1], other.after[::-1]
        )


def read_name(written: str) -> tuple[str, str]:
    """The texts before and after the value in a list's name. Raises ValueError."""
    template = Template(written)
    if template.names != [PLACE]:
        raise ValueError(f"the name of the list has no {{{PLACE}}} in it, or more than that")
    return template.parts[0], template.parts[2]


def _begins_alike(one: str, other: str) -> bool:
    one, other = one.casefold(), other.casefold()
    return one.startswith(other) or other.startswith(one)


def _literally(part: str) -> str:
    for special in "!%_":
        part = part.replace(special, f"!{special}")
    return part
