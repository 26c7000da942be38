"""SQL of people chosen by their key: `list:` and `sample:`."""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.compiling.scope import Scope
from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, number, text
from cdp_activate.audiences.model import Listed, Sample


def listed(scope: Scope, asked: Listed) -> Expression:
    """The key, as text, is one of those written."""
    return exp.In(this=scope.key_text(), expressions=[text(key) for key in asked.keys])


def bucket(scope: Scope, share: Sample) -> Expression:
    """The bucket of the key lies in the share."""
    salted = exp.DPipe(this=text(f"{share.salt}|"), expression=scope.key_text())
    found = call("cdp_bucket", salted)
    if share.first == 0:
        return exp.LT(this=found, expression=number(share.last + 1))
    return exp.Between(this=found, low=number(share.first), high=number(share.last))
