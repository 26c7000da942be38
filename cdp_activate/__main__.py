"""Where the command begins: `cdp-activate`, or `python -m cdp_activate`."""

from __future__ import annotations

import sys


def main() -> None:
    """Run the command; Ctrl-C while Python still imports it ends it as Ctrl-C later does."""
    try:
        from cdp_activate.cli import main as command
    except KeyboardInterrupt:
        sys.exit(_stopped())
    command(prog_name="cdp-activate")


def _stopped() -> int:
    """Say so with little that may not be imported yet."""
    import json

    from cdp_activate.errors import StoppedError

    told = StoppedError("told to stop", remedy="run it again")
    if "--json" in sys.argv:
        sys.stdout.write(json.dumps({"error": told.as_dict()}, indent=2) + "\n")
    else:
        sys.stderr.write(f"Error: {told}\n")
    return told.exit_code


if __name__ == "__main__":
    main()
