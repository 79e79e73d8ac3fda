"""``python -m tools.local``: the local platform's command line."""

from __future__ import annotations

import sys
from importlib import import_module

from tools.local.locking import is_held
from tools.local.machine_tools import SETUP_LOCK


def main() -> int:
    """Run the command that the command line names, and return the exit status.

    A query's options are those of ``python -m ops query``, so it has a command line of its own.
    """
    module = "tools.local.query" if sys.argv[1:2] == ["query"] else "tools.local.command_line"
    try:
        return int(import_module(module).main())
    except ModuleNotFoundError as error:
        remedy = (
            "make setup is still at work: ask again once it has ended." if is_held(SETUP_LOCK) else "Run make setup."
        )
        sys.stderr.write(f"The package {error.name} is not installed. {remedy}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
