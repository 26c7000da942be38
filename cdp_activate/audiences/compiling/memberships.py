"""SQL of `audience:` conditions."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.expressions import Expression, column
from cdp_activate.audiences.facts import audience_model
from cdp_activate.audiences.model import Member


def member(scope: Scope, asked: Member) -> Expression:
    """The key is in the model of one of the audiences."""
    found = []
    for name in asked.names:
        scope.members_of[name] = audience_model(name)
        missing = exp.Is(this=column(scope.entity.key, audience_model(name)), expression=exp.null())
        found.append(exp.not_(missing))
    return exp.paren(exp.or_(*found), copy=False) if len(found) > 1 else found[0]
