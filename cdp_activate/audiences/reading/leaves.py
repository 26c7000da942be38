"""Reads tests of a column: operators, what each compares with, and the options of a leaf."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from cdp_activate.audiences import operators
from cdp_activate.audiences.model import (
    All,
    AnyOf,
    ColumnTest,
    Comparison,
    Comparisons,
    Condition,
    Not,
    TestOptions,
)
from cdp_activate.audiences.reading.operands import OperandReader
from cdp_activate.audiences.reading.remedies import BESIDE_WHERE
from cdp_activate.audiences.synonyms import IS_KNOWN, meant_by
from cdp_activate.catalog import Column, Type
from cdp_activate.spelling import suggest
from cdp_activate.text import Node


@dataclass(frozen=True, slots=True)
class AllowedTests:
    """What a test may say beside plain comparisons.

    Rank all rows, name another trait, have options, and ask for the unknown (`is_null`).
    """

    ranking: bool = False
    traits: bool = False
    options: bool = False
    unknown: bool = False


TRAIT = AllowedTests(ranking=True, traits=True, options=True, unknown=True)
PROPERTY = AllowedTests(options=True, unknown=True)
MEASURE = AllowedTests(traits=True, unknown=True)
RATE = AllowedTests(traits=True)
"""Without a denominator it does not hold, whatever is asked (7.36)."""
NESTED = AllowedTests()
_COMBINING_FILTERS = ("all", "any", "not")


@dataclass
class LeafReader(OperandReader):
    """Reads tests of columns, and trees of them."""

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
            else:
                if name in BESIDE_WHERE and name not in columns:
                    hint = f"`{name}:` stands beside `where:`, not below it"
                    self.wrong(node.keys[name], f"unknown property '{name}'", hint)
                    continue
                column = self.column_of(node.keys[name], columns, "properties", _COMBINING_FILTERS)
                read = self.test(inner, column, PROPERTY) if column else None
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
        self, node: Node, column: Column, allowed: AllowedTests, *, skip: Collection[str] = ()
    ) -> ColumnTest | None:
        """Operators on a column; a scalar means `eq`, a list means `in`.

        `skip` are keys that are not operators.
        """
        if node.value is None and not allowed.options:
            self._says_nothing(node, column, allowed)
            return None
        if not isinstance(node.value, dict):
            name = "in" if isinstance(node.value, list) else "eq"
            comparison = self._comparison(name, node, node, column, TestOptions())
            return (
                ColumnTest(column, (comparison,), TestOptions(timezone=self.timezone))
                if comparison
                else None
            )
        known = operators.operators_of(column.type)
        options = self._options(node, column, allowed)
        offered = offered_operators(column, allowed)
        also = (*skip, *(operators.OPTIONS if allowed.options else ()))
        names = [
            name
            for name in node.value
            if name not in skip and (name not in operators.OPTIONS or not allowed.options)
        ]
        if not names:
            self._says_nothing(node, column, allowed)
        comparisons = []
        for name in names:
            key, operand = node.keys[name], node.value[name]
            if name in operators.OPTIONS:
                message = f"'{name}' goes with a trait or a property, not with '{column.name}'"
                self.wrong(key, message, f"leave out '{name}'")
            elif name not in known:
                self._wrong_operator(name, key, column, offered, also)
            elif name == "is_null" and not allowed.unknown:
                hint = f"where '{column.name}' is unknown nothing holds: use `not:` around another"
                self.wrong(key, f"'is_null' cannot be asked of '{column.name}'", hint)
            elif name in operators.RANKING and not allowed.ranking:
                hint = f"ask it of a trait: {{trait: .., {name}: 10}}"
                self.wrong(key, f"'{name}' ranks all of the entity: only on its own traits", hint)
            elif isinstance(operand.value, dict) and set(operand.value) == {"trait"}:
                comparisons.append(self._other_trait(name, operand, column, allowed))
            else:
                comparisons.append(self._comparison(name, operand, key, column, options))
        found = tuple(comparison for comparison in comparisons if comparison is not None)
        return ColumnTest(column, found, options) if found else None

    def _says_nothing(self, node: Node, column: Column, allowed: AllowedTests) -> None:
        hint = suggest("", offered_operators(column, allowed), what="operators", most=30)
        self.wrong(node, f"say what '{column.name}' must be", hint)

    def _wrong_operator(
        self,
        name: str,
        node: Node,
        column: Column,
        allowed: Collection[str],
        also: Collection[str] = (),
    ) -> None:
        hint = suggest(name, allowed, what="operators", most=30, meant=meant_by(name), also=also)
        if name in operators.ALL and column.type.kind == "other":
            hint = "declare its data_type in the model's yml, or run `dbt docs generate`"
            self.wrong(node, f"the type of '{column.name}' is not known", hint)
        elif name in operators.ALL:
            self.wrong(node, f"'{name}' cannot be asked of a {column.type} ('{column.name}')", hint)
        elif name in IS_KNOWN and "is_null" in allowed:
            hint = "what is known: `is_null: false`; what is not: `is_null: true`"
            self.wrong(node, f"unknown operator '{name}'", hint)
        elif name.isdecimal():
            self.wrong(node, f"unknown operator '{name}'", "a number has no commas: 1000, 0.5")
        else:
            self.wrong(node, f"unknown operator '{name}'", hint)

    def _options(self, node: Node, column: Column, allowed: AllowedTests) -> TestOptions:
        given: dict[str, bool] = {}
        if not isinstance(node.value, dict) or not allowed.options:
            return TestOptions(timezone=self.timezone)
        for name, only in operators.OPTIONS.items():
            option = node.value.get(name)
            if option is None:
                continue
            if option.value != only:
                self.wrong(
                    option, f"'{name}' can only be {only}", f"{name}: {only}, or leave it out"
                )
            elif name != "nulls" and (column.type.element or column.type).kind != "text":
                message = f"'{name}' is about text, '{column.name}' is a {column.type}"
                self.wrong(option, message, f"leave out '{name}'")
            given[name] = True
        return TestOptions("nulls" in given, "case" in given, "accents" in given, self.timezone)

    def _comparison(
        self, name: str, node: Node, key: Node, column: Column, options: TestOptions
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
            read = self._span(name, node, column)
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
        self, name: str, node: Node, column: Column, allowed: AllowedTests
    ) -> Comparison | None:
        """`gt: {trait: NAME}`, where the page has it."""
        assert isinstance(node.value, dict)
        if not allowed.traits:
            hint = "write a value, or compare the two in a dbt model, as a column"
            self.wrong(node, "this is compared with a value, not with a trait", hint)
            return None
        form = operators.operators_of(column.type)[name]
        if form not in ("value", "text", "element") and name not in ("before", "after"):
            beside = operators.beside_traits(column.type)
            self.wrong(node, f"'{name}' takes no trait", suggest("", beside, what="those that do"))
            return None
        other = self.trait(node.value["trait"])
        if other is None:
            return None
        left = column.type.element if form == "element" and column.type.element else column.type
        right = other.column.type
        same = right.kind == left.kind
        if not same and not (right.is_number and left.is_number):
            whole = f"an element of '{column.name}'" if form == "element" else f"'{column.name}'"
            message = f"'{other.column.name}' is a {right}, {whole} is a {left}"
            self.wrong(node.value["trait"], message, "compare columns of one type")
            return None
        return Comparison("eq" if name == "is" else name, other)

    def _number_test(self, name: str, node: Node) -> Comparisons | None:
        judged = Column(name, Type("integer" if name != "percentile" else "decimal"))
        test = self.test(node, judged, NESTED)
        return test.comparisons if test else None


def offered_operators(column: Column, allowed: AllowedTests) -> list[str]:
    """The operators of a column that may be asked in this place."""
    return [
        name
        for name in operators.operators_of(column.type)
        if (allowed.ranking or name not in operators.RANKING)
        and (allowed.unknown or name != "is_null")
    ]
