"""Identifiers as each platform wants them: one table of rules, said in SQL and in Python.

`rules` is the table; `sql` writes it for a warehouse, `python` runs it on one value; `phone`
reads telephone numbers. docs/identifiers.md is generated from the table.
"""

from __future__ import annotations

from cdp_activate.identifiers.rules import RULE_SETS, VERSION, Rule, RuleSet, rule_set

__all__ = ["RULE_SETS", "VERSION", "Rule", "RuleSet", "rule_set"]
