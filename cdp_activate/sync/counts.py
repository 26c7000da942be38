"""How many people a plan is about: all in all, and by list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

ACTIONS = ("add", "update", "move", "remove")

KNOWN = ("update", "move", "remove", "left", "kept", "forget")
"""Actions about people who are in the ledger."""


@dataclass
class PlanCounts:
    """People by action, of one list or of several.

    `known` is how many the ledger holds, `members` how many of the audience belong there.
    """

    name: str
    known: int
    by_action: dict[str, int] = field(
        default_factory=lambda: dict.fromkeys((*ACTIONS, "held", "kept", "left", "forget"), 0)
    )
    held_back: dict[str, int] = field(default_factory=dict)
    held_after_all: int = 0
    later: int = 0
    """Of the changes, how many are left for the next run."""

    def add(self, action: str, reason: str | None, count: int) -> None:
        """So many more, with this action, for this reason."""
        self.by_action[action] += count
        if action in ("held", "kept"):
            self.held_back[str(reason)] = self.held_back.get(str(reason), 0) + count
        elif action in ("remove", "left", "forget") and reason is not None:
            self.held_after_all += count

    @property
    def unchanged(self) -> int:
        return self.known - sum(self.by_action[name] for name in KNOWN)

    @property
    def changes(self) -> int:
        return sum(self.by_action[name] for name in ACTIONS)

    @property
    def sent(self) -> int:
        """The changes that this run is about."""
        return self.changes - self.later

    @property
    def leaving(self) -> int:
        """Who leaves the list; of messages, who will be told of again when they come back."""
        return self.by_action["remove"] + self.by_action["forget"]

    @property
    def members(self) -> int:
        """Members of the audience, held back or not."""
        stay = ("add", "update", "move", "held", "kept")
        return self.unchanged + self.held_after_all + sum(self.by_action[name] for name in stay)

    def as_dict(self) -> dict[str, object]:
        """One list for machines."""
        numbers = {name: self.by_action[name] for name in ACTIONS}
        return {"list": self.name, **numbers, "unchanged": self.unchanged}


def counted(
    rows: Iterable[tuple[str | None, str, str | None, int]],
    sizes: Mapping[str, int],
    whole: str,
) -> tuple[PlanCounts, list[PlanCounts]]:
    """All in all, and by list, from rows of list, action, reason and count.

    `sizes` are the people in the ledger by list, `whole` is what all lists are called together.
    Who is held back for want of a list is in the whole alone.
    """
    total = PlanCounts(whole, sum(sizes.values()))
    lists = {name: PlanCounts(name, size) for name, size in sizes.items()}
    for name, action, reason, count in rows:
        total.add(action, reason, count)
        if name is not None:
            lists.setdefault(name, PlanCounts(name, 0)).add(action, reason, count)
    return total, [lists[name] for name in sorted(lists)]
