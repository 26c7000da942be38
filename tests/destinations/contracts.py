"""Every destination that has an emulator, found by the test of its contract.

Adding a destination is adding its file, its emulator and its test: nothing is listed here.
"""

from __future__ import annotations

import importlib
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
OURS = "cdp_activate.destinations."


def contracts() -> dict[str, type[Any]]:
    """Type -> the test class of its contract, which names its emulator and settings."""
    if str(HERE) not in sys.path:
        sys.path.insert(0, str(HERE))
    found: dict[str, type[Any]] = {}
    for path in sorted(HERE.glob("test_*.py")):
        if "emulators." not in path.read_text(encoding="utf-8"):
            continue
        for one in vars(importlib.import_module(path.stem)).values():
            if isinstance(one, type) and hasattr(one, "emulator") and hasattr(one, "kind"):
                found[type_of(one.kind)] = one
    return found


def type_of(kind: type[Any]) -> str:
    """The type of a destination's class, or of a test's subclass of it."""
    ours = next(one for one in kind.__mro__ if one.__module__.startswith(OURS))
    return ours.__module__.removeprefix(OURS)
