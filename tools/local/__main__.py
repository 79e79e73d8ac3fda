"""``python -m tools.local``: the local platform's command line."""

from __future__ import annotations

import sys
from importlib import import_module


def main() -> int:
    """Run the command that the command line names, and return the exit status.

    A query's options are those of ``python -m ops query``, so it has a command line of its own.
    """
    module = "tools.local.query" if sys.argv[1:2] == ["query"] else "tools.local.command_line"
    return int(import_module(module).main())


if __name__ == "__main__":
    sys.exit(main())
