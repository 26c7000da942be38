"""Counts what the platform rejects in a run, by reason, and says when that is too much."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from cdp_activate.destinations.rows import Receipt
from cdp_activate.errors import GuardError
from cdp_activate.sync.plan import Plan
from cdp_activate.sync.tables import Verb

A_FEW, SOME, MANY = 10, 100, 1_000
"""Rows of which so many are needed before a share of them tells: that all of them were rejected,
that more were than `max_rejected`, and that no more of them need be tried."""

UNNAMED = "refused by the platform, which does not say which rows"


@dataclass
class RejectionTally:
    """Rows of one verb that were answered, and how many of them the platform rejected."""

    answered: int = 0
    rejected: int = 0

    @property
    def is_all(self) -> bool:
        return self.rejected >= self.answered


@dataclass
class Rejected:
    """The rejections of a run. `is_allowed` lifts the guard `max_rejected`."""

    plan: Plan
    is_allowed: bool
    by_reason: Counter[str] = field(default_factory=Counter)
    named: int = 0
    """Rows that were rejected by name."""
    of_verb: dict[Verb, RejectionTally] = field(default_factory=dict)

    @property
    def answered(self) -> int:
        """Rows that the platform answered, of whichever verb."""
        return sum(one.answered for one in self.of_verb.values())

    def tally(self, verb: Verb) -> RejectionTally:
        return self.of_verb.setdefault(verb, RejectionTally())

    def add(self, verb: Verb, receipt: Receipt) -> None:
        """The platform rejected some rows by name, and others that it only counts."""
        before = self.by_reason.total()
        self.by_reason.update(receipt.rejected.values())
        self.named += len(receipt.rejected)
        for why, count in receipt.reasons.items():
            self.by_reason[f"{why} ({UNNAMED})"] += count
        unexplained = receipt.unnamed - sum(receipt.reasons.values())
        if unexplained > 0:
            self.by_reason[UNNAMED] += unexplained
        self.tally(verb).rejected += self.by_reason.total() - before

    def is_too_many(self, *, at_end: bool = False) -> bool:
        """Whether the platform rejected more than `max_rejected` of what it answered.

        Where the sync does not say how many: every row of a verb, of so many that it is no
        chance, or of a list that nobody was ever put on.
        """
        rejected = self.by_reason.total()
        if not rejected or self.is_allowed:
            return False
        limit = self.plan.sync.settings.guards.max_rejected
        if limit is not None:
            is_enough = self.answered >= min(SOME, self.plan.total.sent)
            return (at_end or is_enough) and not limit.allows(rejected, self.answered)
        return any(
            one.is_all
            and one.answered >= (1 if at_end else MANY)
            and (one.answered >= A_FEW or not self.plan.ledger_size)
            for one in self.of_verb.values()
        )

    def error(self) -> GuardError:
        """What to raise when it is too many."""
        limit = self.plan.sync.settings.guards.max_rejected
        if limit is None:
            said = [
                f"{one.rejected:,} of {one.answered:,} rows to {verb} were rejected"
                for verb, one in self.of_verb.items()
                if one.is_all
            ]
            what = f"{' and '.join(said)}, and none was accepted"
        else:
            counted = f"{self.by_reason.total():,} of {self.answered:,} rows were rejected"
            what = f"{counted}, more than {limit}. What was accepted is kept"
        return GuardError(
            f"the sync '{self.plan.sync.name}' was stopped: {what}",
            guards=["max_rejected"],
            remedy="see the reasons in `cdp-activate rejections`, mend them and run it with "
            "--retry-rejected; or run it with --allow max_rejected",
        )
