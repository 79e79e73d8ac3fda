"""What to do about a query that Athena refused, by the words of its refusal."""

from __future__ import annotations

import re
from typing import Final

from contract.nearest import did_you_mean
from contract.serving import views_of
from ops.platform import Platform

#: A name may stand with those before it: catalog and database, or the table's alias.
_TABLE: Final = re.compile(r"Table '(?:[^']*\.)?([^'.]*)' does not exist")
_COLUMN: Final = re.compile(r"Column '(?:[^']*\.)?([^'.]*)' cannot be resolved")
_GUIDE: Final = "docs/analyst-guide.md"


def remedy_of(why: str, platform: Platform) -> str:
    """Return what to do about a refusal; a misspelt name is told the nearest right one."""
    contract = platform.environment.contract
    if found := _TABLE.search(why):
        names = [*(table.name for table in contract.tables), *(view.name for view in views_of(contract))]
        return f"Tables and views are {', '.join(names)}{did_you_mean(found[1], names)}"
    if found := _COLUMN.search(why):
        return _of_a_column(found[1], platform)
    if re.search(r"snapshot|version history", why, re.IGNORECASE):
        return f"That state is not there, or no longer. Those that are: {platform.command('history')}"
    if "scanned limit" in why:
        return f"Filter by time or key, and name columns instead of *: {_GUIDE} says what reads little."
    if "TYPE_MISMATCH" in why:
        return (
            "Compare like with like: a time with TIMESTAMP '2026-01-31 05:00:00', a business_day with '2026-01-31'; "
            "DESCRIBE lists a table's columns with their types."
        )
    return f"Correct the SQL; {_GUIDE} has some to start from."


def _of_a_column(name: str, platform: Platform) -> str:
    contract = platform.environment.contract
    known = {column.name for table in contract.tables for column in table.columns}
    known |= {column.name for view in views_of(contract) for column in view.columns}
    if name in known:
        return f"Another table has it, or the table lacks what the contract has: {platform.command('schema')}"
    return f"DESCRIBE lists a table's columns{did_you_mean(name, sorted(known)) or '.'}"
