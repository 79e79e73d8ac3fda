"""``python -m tools.local query SQL``: asks the demo's tables and views. Imports little, to answer within a second."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from tools.local.emulator import Emulator
from tools.local.errors import LocalError
from tools.local.machine_tools import DEFAULT_DIRECTORY
from tools.local.screen import Screen
from tools.local.trino.server import TrinoServer


def ask(directory: Path, sql: str) -> None:
    """Print the answer of one statement in Athena's SQL.

    Raises:
        LocalError: nothing runs there that could answer, or Trino refuses the statement.
    """
    Emulator(directory).endpoint_url()
    columns, rows = TrinoServer(directory / "trino").connection().query(sql)
    Screen().answer("1 row" if len(rows) == 1 else f"{len(rows):,} rows", columns, rows)


def main() -> int:
    """Ask what the command line says, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m tools.local query", description="Ask the tables in Athena's SQL.")
    parser.add_argument("sql", help="one statement")
    arguments = parser.parse_args(sys.argv[2:])
    try:
        ask(DEFAULT_DIRECTORY, arguments.sql)
    except LocalError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0
