"""Reads the leaves of conditions: columns, operators, values, lengths of time, percentages."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import (
    All,
    Anniversary,
    AnyOf,
    Comparison,
    Comparisons,
    Condition,
    Not,
    Options,
    Test,
    Value,
)
from cdp_activate.audiences.moments import (
    Duration,
    Fixed,
    FixedDate,
    parse_date,
    parse_duration,
    parse_time,
)
from cdp_activate.audiences.windows import span
from cdp_activate.catalog import Catalog, Column, Entity, Reference, Type
from cdp_activate.errors import Problem
from cdp_activate.text import Node, suggest

_T = TypeVar("_T")
_NOT_COMMON = re.compile(
    r"\(\?(?!:)|\\[0-9]|\\[kgGzZAQEpPXRKCuUN]|[*+?}]\+|\[\[:|\{\d{4,}|\{\d*,\d{4,}|\{,"
)
"""What RE2, PostgreSQL, Java and Snowflake do not all read alike (AUDIENCES.md 1.4)."""
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?")
_MAGNITUDE = 300
"""Powers of ten that a double holds, and so every warehouse."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a test may say beside plain comparisons: rank all rows, name another trait, options."""

    ranking: bool = False
    traits: bool = False
    options: bool = False


TRAIT = Allowed(ranking=True, traits=True, options=True)
LINKED_TRAIT = Allowed(traits=True, options=True)
PROPERTY = Allowed(options=True)
MEASURE = Allowed(traits=True)
NESTED = Allowed()


@dataclass
class LeafReader:
    """Reads what conditions are made of. `audience` is the default salt of samples."""

    catalog: Catalog
    entity: Entity
    timezone: str
    audience: str
    problems: list[Problem]

    def wrong(self, node: Node, message: str, hint: str = "") -> None:
        self.problems.append(node.problem(message, hint))

    def attempt(self, node: Node, read: Callable[[], _T]) -> _T | None:
        """What `read` returns, its ValueError reported at `node`."""
        try:
            return read()
        except ValueError as error:
            self.wrong(node, str(error))
            return None

    def mapping(
        self, node: Node, name: str, allowed: Collection[str], needed: Collection[str] = ()
    ) -> Mapping[str, Node] | None:
        """The parts of a mapping; unknown and missing keys are reported."""
        if not isinstance(node.value, dict):
            example = ", ".join(f"{key}: .." for key in sorted(needed or allowed))
            self.wrong(node, f"'{name}' is a mapping", f"{name}: {{{example}}}")
            return None
        for key, key_node in node.keys.items():
            if key not in allowed:
                self.wrong(key_node, f"unknown key '{key}'", suggest(key, allowed, what="keys"))
        missing = [key for key in needed if key not in node.value]
        if missing:
            self.wrong(node, f"'{name}' lacks {', '.join(sorted(missing))}")
            return None
        return node.value

    # Columns ...

    def own_column(self, node: Node) -> Column | None:
        """A column of the entity's own model."""
        columns = self.entity.model.columns
        column = columns.get(node.text)
        if column is None:
            hint = suggest(node.text, self._offered(columns), what="traits")
            self.wrong(node, f"unknown trait '{node.text}' of {self.entity.name}", hint)
        return column

    def trait_column(self, node: Node) -> tuple[Column, Reference | None] | None:
        """The column that `trait: NAME` names, and the relation it is found through."""
        head, dot, rest = node.text.partition(".")
        reference = self.catalog.references.get(self.entity.name, {}).get(head) if dot else None
        if reference is None:
            own = self.entity.model.columns.get(head)
            if dot and own and own.type.kind == "json":
                self.wrong(node, "JSON paths are not available in this version yet")
                return None
            column = self.own_column(node)
            return (column, None) if column else None
        columns = self.catalog.entities[reference.to].model.columns
        column = columns.get(rest)
        if column is None:
            hint = suggest(rest, self._offered(columns), what=f"traits of {reference.to}")
            self.wrong(node, f"unknown trait '{rest}' of {reference.to}", hint)
            return None
        return column, reference

    @staticmethod
    def _offered(columns: Mapping[str, Column]) -> list[str]:
        return [name for name, column in columns.items() if not column.hidden]

    # Tests of a column ...

    def filter(self, node: Node, columns: Mapping[str, Column]) -> Condition | None:
        """`where:` on the properties of rows."""
        if isinstance(node.value, list):
            return self._filters("all", node, columns)
        if not isinstance(node.value, dict) or not node.value:
            self.wrong(node, "'where' names properties", "where: {net_amount: {gte: 100}}")
            return None
        found: list[Condition] = []
        for name, inner in node.value.items():
            read: Condition | None
            if name in ("all", "any"):
                read = self._filters(name, inner, columns)
            elif name == "not":
                negated = self.filter(inner, columns)
                read = Not(negated) if negated else None
            elif name not in columns:
                hint = suggest(name, columns, what="properties")
                self.wrong(node.keys[name], f"unknown property '{name}'", hint)
                continue
            else:
                read = self.test(inner, columns[name], PROPERTY)
            if read is not None:
                found.append(read)
        return found[0] if len(found) == 1 else All(tuple(found)) if found else None

    def _filters(self, kind: str, node: Node, columns: Mapping[str, Column]) -> Condition | None:
        if not isinstance(node.value, list) or not node.value:
            self.wrong(node, f"'{kind}' takes a list of filters", "such as - status: completed")
            return None
        read = [self.filter(item, columns) for item in node.value]
        found = tuple(item for item in read if item is not None)
        if not found:
            return None
        return All(found) if kind == "all" else AnyOf(found)

    def test(
        self, node: Node, column: Column, allowed: Allowed, *, skip: Collection[str] = ()
    ) -> Test | None:
        """Operators on a column; a scalar means `eq`, a list means `in`.

        `skip` are keys that are not operators.
        """
        if not isinstance(node.value, dict):
            name = "in" if isinstance(node.value, list) else "eq"
            comparison = self._comparison(name, node, node, column, Options())
            return (
                Test(column, (comparison,), Options(timezone=self.timezone)) if comparison else None
            )
        known = operators.operators_of(column.type)
        options = self._options(node, column, allowed)
        names = [
            name
            for name in node.value
            if name not in skip and (name not in operators.OPTIONS or not allowed.options)
        ]
        if not names:
            hint = suggest("", known, what="operators", most=30)
            self.wrong(node, f"say what '{column.name}' must be", hint)
        comparisons = []
        for name in names:
            key, operand = node.keys[name], node.value[name]
            if name not in known:
                self._wrong_operator(name, key, column, known)
            elif name in operators.RANKING and not allowed.ranking:
                self.wrong(key, f"'{name}' ranks all of the entity: only on its own traits")
            elif isinstance(operand.value, dict) and set(operand.value) == {"trait"}:
                comparisons.append(self._other_trait(name, operand, column, allowed))
            else:
                comparisons.append(self._comparison(name, operand, key, column, options))
        found = tuple(comparison for comparison in comparisons if comparison is not None)
        return Test(column, found, options) if found else None

    def _wrong_operator(
        self, name: str, node: Node, column: Column, allowed: Collection[str]
    ) -> None:
        hint = suggest(name, allowed, what="operators", most=30)
        if name in operators.ALL and column.type.kind == "other":
            hint = "declare its data_type in the model's yml, or run `dbt docs generate`"
            self.wrong(node, f"the type of '{column.name}' is not known", hint)
        elif name in operators.ALL:
            self.wrong(node, f"'{name}' cannot be asked of a {column.type} ('{column.name}')", hint)
        else:
            self.wrong(node, f"unknown operator '{name}'", hint)

    def _options(self, node: Node, column: Column, allowed: Allowed) -> Options:
        given: dict[str, bool] = {}
        if not isinstance(node.value, dict) or not allowed.options:
            return Options(timezone=self.timezone)
        for name, only in operators.OPTIONS.items():
            option = node.value.get(name)
            if option is None:
                continue
            if option.value != only:
                self.wrong(option, f"'{name}' can only be {only}")
            elif name != "nulls" and (column.type.element or column.type).kind != "text":
                self.wrong(option, f"'{name}' is about text, '{column.name}' is a {column.type}")
            given[name] = True
        return Options("nulls" in given, "case" in given, "accents" in given, self.timezone)

    def _comparison(
        self, name: str, node: Node, key: Node, column: Column, options: Options
    ) -> Comparison | None:
        form = operators.operators_of(column.type).get(name)
        if form is None:
            self._wrong_operator(name, key, column, operators.operators_of(column.type))
            return None
        if form == "value":
            value = self.value(node, column.type, column, options)
            return None if value is None else Comparison("eq" if name == "is" else name, value)
        if form in ("values", "pair", "elements"):
            kind = (
                column.type.element if form == "elements" and column.type.element else column.type
            )
            values = self._values(node, column, kind, options, pair=form == "pair")
            return Comparison(name, values) if values else None
        if form == "element":
            value = self.value(node, column.type.element or Type("text"), column, options)
            return None if value is None else Comparison(name, value)
        if form == "span":
            whole_days = column.type.kind == "date"
            read = self.attempt(
                node,
                lambda: span(name, node.plain(), timezone=self.timezone, whole_days=whole_days),
            )
            return Comparison("span", read) if read else None
        if form == "flag":
            flag = self.flag(node, name)
            return None if flag is None else Comparison(name, flag)
        if form in ("text", "pattern"):
            return self._text_or_pattern(form, name, node)
        if form == "percent":
            share = self.percent(node)
            return Comparison(name, share) if share is not None else None
        if form == "anniversary":
            return self._anniversary(node)
        if form in ("weekdays", "months"):
            return self._calendar_part(form, name, node)
        inner = self._number_test(name, node)
        return Comparison(name, inner) if inner else None

    def _other_trait(
        self, name: str, node: Node, column: Column, allowed: Allowed
    ) -> Comparison | None:
        """`gt: {trait: NAME}`, where the page has it."""
        assert isinstance(node.value, dict)
        if not allowed.traits:
            self.wrong(node, "this is compared with a value, not with a trait")
            return None
        if operators.operators_of(column.type)[name] != "value":
            self.wrong(node, f"'{name}' takes no trait", "ask eq, ne, gt, gte, lt or lte")
            return None
        other = self.own_column(node.value["trait"])
        if other is None:
            return None
        same = other.type.kind == column.type.kind and other.type.zoned == column.type.zoned
        if not same and not (other.type.is_number and column.type.is_number):
            message = f"'{other.name}' is a {other.type}, '{column.name}' is a {column.type}"
            self.wrong(node.value["trait"], message, "compare columns of one type")
            return None
        return Comparison("eq" if name == "is" else name, other)

    def _values(
        self, node: Node, column: Column, kind: Type, options: Options, *, pair: bool
    ) -> tuple[Value, ...] | None:
        if not isinstance(node.value, list) or not node.value or (pair and len(node.value) != 2):
            example = "[low, high]" if pair else "[one, two]"
            self.wrong(node, f"expected a list: {example}")
            return None
        read = [self.value(item, kind, column, options) for item in node.value]
        found = tuple(value for value in read if value is not None)
        return found if len(found) == len(read) else None

    def value(self, node: Node, kind: Type, column: Column, options: Options) -> Value | None:
        """A value of this type, as written. None after reporting what is wrong."""
        raw = node.value
        if isinstance(raw, dict | list):
            self.wrong(node, f"expected a {kind}", "one value")
        elif raw is None:
            hint = "ask `is_null: true`, or add `nulls: include`"
            self.wrong(node, "nothing can be compared with null", hint)
        elif kind.kind in ("date", "timestamp"):
            return self.attempt(node, lambda: self._date_value(raw, kind))
        elif kind.is_number and not isinstance(raw, bool | str):
            return self._number(node, raw)
        elif kind.kind in ("text", "uuid", "other") and isinstance(raw, str):
            return self._text_value(node, raw, column, options)
        elif kind.kind == "boolean" and isinstance(raw, bool):
            return raw
        else:
            given = {bool: "true or false", str: "text"}.get(type(raw), "a number")
            wanted = {"boolean": "true or false", "text": "text"}.get(kind.kind, f"a {kind}")
            hint = f"write {node.text!r}" if kind.kind == "text" else ""
            if kind.is_number and isinstance(raw, str):
                hint = "write the number without quotes"
            self.wrong(node, f"'{column.name}' is {wanted}, this is {given}", hint)
        return None

    def _date_value(self, raw: str | int | Decimal | bool, kind: Type) -> Value:
        day = parse_date(raw)
        if kind.kind == "date":
            if day is None:
                raise ValueError("this column is a date without a time: give a date, 2026-01-31")
            return FixedDate(day)
        if day is not None:
            raise ValueError("this column has a time of day: ask `on:` for a whole day")
        at = parse_time(raw, self.timezone)
        if at is None:
            raise ValueError("this column is a time: write it as 2026-01-31T08:00:00")
        return Fixed(at)

    def _number(self, node: Node, raw: int | Decimal) -> int | Decimal | None:
        number = Decimal(raw)
        if number.is_nan():
            self.wrong(node, "nothing can be compared with NaN", "it counts as null: ask `is_null`")
        elif number.is_finite() and number and abs(number.adjusted()) > _MAGNITUDE:
            self.wrong(node, "a number that no warehouse holds")
        else:
            return raw
        return None

    def _text_value(self, node: Node, raw: str, column: Column, options: Options) -> str | None:
        if column.type.kind == "uuid":
            return raw.lower()
        folded = options.ignore_case or options.ignore_accents
        if column.values and raw not in column.values and not folded:
            known = column.values
            hint = suggest(raw, known, what="known values")
            self.wrong(node, f"'{column.name}' is never '{raw}'", hint)
            return None
        return raw

    def flag(self, node: Node, name: str) -> bool | None:
        if isinstance(node.value, bool):
            return node.value
        self.wrong(node, f"'{name}' is true or false")
        return None

    def salt(self, parts: Mapping[str, Node], default: str) -> str:
        """The salt of buckets, as it is written; `default` when there is none."""
        node = parts.get("salt")
        if node is not None and (node.value is None or isinstance(node.value, dict | list)):
            self.wrong(node, "'salt' is text", "put it in quotes")
        return node.text if node else default

    def _text_or_pattern(self, form: str, name: str, node: Node) -> Comparison | None:
        if not isinstance(node.value, str):
            self.wrong(node, f"'{name}' takes text", f"write {node.text!r}" if node.text else "")
            return None
        if form == "pattern":
            try:
                with warnings.catch_warnings(action="ignore"):
                    re.compile(node.value)
            except (re.error, OverflowError, RecursionError) as error:
                self.wrong(node, f"not a regular expression: {error}")
                return None
            # An escaped backslash or brace escapes nothing further.
            strange = _NOT_COMMON.search(node.value.replace("\\\\", "__").replace("\\{", "__"))
            if strange:
                hint = "use literals, classes, anchors, groups, alternation and quantifiers"
                self.wrong(node, f"'{strange[0]}' does not mean the same on every warehouse", hint)
                return None
        return Comparison(name, node.value)

    def _anniversary(self, node: Node) -> Comparison | None:
        parts = self.mapping(node, "anniversary", {"next", "last", "feb29"})
        if parts is None:
            return None
        if ("next" in parts) == ("last" in parts):
            hint = "anniversary: {next: 7 days}"
            self.wrong(node, "'anniversary' takes either next or last", hint)
            return None
        ahead = "next" in parts
        length = self.duration(parts["next" if ahead else "last"])
        feb29 = parts["feb29"].value if "feb29" in parts else "mar1"
        if feb29 not in ("mar1", "feb28"):
            self.wrong(parts["feb29"], "'feb29' is mar1 or feb28")
            return None
        if length is None:
            return None
        if length.days is None or length.days > 365:
            self.wrong(node, "an anniversary is sought in whole days, at most 365")
            return None
        first = 0 if ahead else 1 - length.days
        return Comparison(
            "anniversary", Anniversary(first, length.days, "mar1" if feb29 == "mar1" else "feb28")
        )

    def _calendar_part(self, form: str, name: str, node: Node) -> Comparison | None:
        items = node.value if isinstance(node.value, list) else [node]
        found: list[Value] = []
        example = "[sat, sun]" if form == "weekdays" else "[11, 12]"
        for item in items:
            if form == "weekdays" and item.text.lower() in operators.WEEKDAYS:
                found.append(operators.WEEKDAYS[item.text.lower()])
            elif form == "months" and type(item.value) is int and 1 <= item.value <= 12:
                found.append(item.value)
            else:
                self.wrong(item, f"'{name}' takes a list such as {example}")
        if not items:
            self.wrong(node, f"'{name}' takes a list such as {example}")
        return Comparison(name, tuple(found)) if found and len(found) == len(items) else None

    def _number_test(self, name: str, node: Node) -> Comparisons | None:
        judged = Column(name, Type("integer" if name != "percentile" else "decimal"))
        test = self.test(node, judged, NESTED)
        return test.comparisons if test else None

    # Numbers and lengths ...

    def duration(self, node: Node) -> Duration | None:
        return self.attempt(node, lambda: parse_duration(node.value))

    def whole_number(self, node: Node, *, at_least: int) -> int | None:
        if type(node.value) is int and node.value >= at_least:
            return node.value
        self.wrong(node, f"expected a whole number, at least {at_least}")
        return None

    def percent(self, node: Node) -> Decimal | None:
        """A percentage, `10` or `10%`, as a number from 0 to 100."""
        text = (
            node.text.strip().removesuffix("%") if not isinstance(node.value, dict | list) else ""
        )
        number = Decimal(text) if _PERCENT.fullmatch(text) else Decimal(-1)
        if not 0 <= number <= 100:
            self.wrong(node, "expected a percentage from 0 to 100", "such as 10")
            return None
        return number

    def share(self, node: Node) -> Decimal | None:
        """`40%` or the fraction `0.4`, as a fraction."""
        if isinstance(node.value, str):
            percent = self.percent(node)
            return percent / 100 if percent is not None else None
        if (
            isinstance(node.value, int | Decimal)
            and not isinstance(node.value, bool)
            and Decimal(node.value).is_finite()
            and node.value >= 0
        ):
            return Decimal(node.value)
        self.wrong(node, "expected a percentage such as 40%")
        return None

    def buckets(self, node: Node | None) -> int | None:
        """A percentage of at most two decimals, as a number of the 10,000 buckets."""
        percent = self.percent(node) if node is not None else None
        if percent is None or node is None:
            return None
        buckets = percent * 100
        if buckets != int(buckets):
            self.wrong(node, "a percentage here has at most two decimals", "such as 12.25")
            return None
        return int(buckets)
