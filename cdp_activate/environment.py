"""Values of the environment in YAML: `{{ env_var('NAME') }}`, as dbt writes it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Any

from cdp_activate.errors import Problem, SourceErrors
from cdp_activate.text import Node

_ENV_CALL = re.compile(
    r"""\{\{\s*env_var\(\s*(['"])(?P<name>\w+)\1\s*(?:,\s*(['"])(?P<default>.*?)\3\s*)?\)\s*\}\}"""
)


def asks_environment(text: str) -> bool:
    """Whether `text` has an `env_var()` that says no value of its own."""
    return any(not call["default"] for call in _ENV_CALL.finditer(text))


def expand_env(node: Node, environ: Mapping[str, str] | None = None) -> Any:
    """`node.plain()` with each `{{ env_var('NAME') }}` replaced by the variable's value.

    Raises SourceErrors naming every variable that is not set; values are never shown.
    """
    environ = os.environ if environ is None else environ
    problems: list[Problem] = []

    def expand(here: Node) -> Any:
        if isinstance(here.value, dict):
            return {key: expand(child) for key, child in here.value.items()}
        if isinstance(here.value, list):
            return [expand(child) for child in here.value]
        if not isinstance(here.value, str):
            return here.value

        def value_of(call: re.Match[str]) -> str:
            name, default = call["name"], call["default"]
            if name not in environ and default is None:
                hint = f"set it where the command runs: export {name}=..."
                if near := get_close_matches(name, environ, n=1, cutoff=0.8):
                    hint += f"; or is {near[0]} meant, which is set?"
                problems.append(here.problem(f"the environment variable {name} is not set", hint))
            return environ.get(name, default or "")

        return _ENV_CALL.sub(value_of, here.value)

    result = expand(node)
    if problems:
        raise SourceErrors(problems)
    return result
