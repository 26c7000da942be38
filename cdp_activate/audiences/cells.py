"""The value of a column: its own, or one inside JSON with the type that the catalog declares.

A missing path, JSON null and a value of another type are NULL (7.52). A date or time is
text that says one of the calendar: a warehouse would stop at a cast of any other.
"""

from __future__ import annotations

from sqlglot import exp

from cdp_activate.audiences.dialects import call
from cdp_activate.audiences.expressions import Expression, column, text
from cdp_activate.catalog import Column, Type

_YEAR = "([0-9]{3}[1-9]|[0-9]{2}[1-9]0|[0-9][1-9]00|[1-9]000)"
_31_DAYS = "(0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])"
_30_DAYS = "(0[469]|11)-(0[1-9]|[12][0-9]|30)"
_28_DAYS = "02-(0[1-9]|1[0-9]|2[0-8])"
_LEAP_DAY = "([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][48]|[2468]0|[13579][26])00)-02-29"
_DAY = f"({_YEAR}-({_31_DAYS}|{_30_DAYS}|{_28_DAYS})|{_LEAP_DAY})"
_TIME_OF_DAY = "([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?"
_OFFSET = "(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"


def value_of(of: Column, table: str = "") -> Expression:
    """The value of a column of `table`."""
    if not of.inside:
        return column(of.name, table)
    found = call("cdp_json_parsed" if of.parsed else "cdp_json", column(of.inside, table))
    for step in of.name.removeprefix(f"{of.inside}.").split("."):
        found = _step(found, step)
    if of.type.element:
        element = _typed(column("element"), of.type.element, of.timezone)
        return call("cdp_json_list", found, element)
    return _typed(found, of.type, of.timezone)


def _step(found: Expression, key: str) -> Expression:
    """What is under a key. In a path a quote ends it, a star is all keys, and none is no key."""
    if key in ("", "*") or '"' in key:
        pointer = "/" + key.replace("~", "~0").replace("/", "~1")
        return call("cdp_json_odd_step", found, text(key), text(pointer))
    return call("cdp_json_step", found, text(key), text(f'$."{key}"'))


def _typed(found: Expression, kind: Type, timezone: str) -> Expression:
    if kind.kind not in ("date", "timestamp"):
        return call(f"cdp_json_{kind.kind}", found)
    written = call("cdp_json_text", found)

    def says(pattern: str) -> Expression:
        return call("cdp_matches", written.copy(), text(pattern))

    if kind.kind == "date":
        exists = says(f"^{_DAY}$")
        value: Expression = exp.cast(written.copy(), "date")
    else:
        exists = says(f"^{_DAY}[T ]{_TIME_OF_DAY}{_OFFSET}?$")
        instant = exp.cast(written.copy(), exp.DataType.Type.TIMESTAMPTZ)
        wall = exp.cast(written.copy(), exp.DataType.Type.TIMESTAMPNTZ)
        value = exp.Case(
            ifs=[exp.If(this=says(f"{_OFFSET}$"), true=instant)],
            default=call("cdp_instant", wall, text(timezone)),
        )
    return exp.Case(ifs=[exp.If(this=exists, true=value)])
