"""What to do about a query that Athena refused, by the words of its refusal."""

from __future__ import annotations

import re
from typing import Final

from contract.nearest import did_you_mean
from contract.serving import declared_in, views_of, views_over
from ops.databases import databases_of
from ops.platform import Platform
from ops.typed import snapshots_query

#: Before a table's name may stand its catalog and database, before a column's the table's alias.
_TABLE: Final = re.compile(r"Table '(?:(?:[^'.]*\.)?([^'.]*)\.)?([^'.]*)' does not exist")
_COLUMN: Final = re.compile(r"Column '(?:[^']*\.)?([^'.]*)' cannot be resolved")
#: What the grammar has no place for: a word of SQL's own, if it names a column.
_WORD: Final = re.compile(r"mismatched input '([^']*)'")
_VIEW_AT_FAULT: Final = re.compile("INVALID_VIEW|VIEW_IS_STALE")
_VIEW: Final = re.compile(r"view '(?:[^']*\.)?([^'.]*)'", re.IGNORECASE)
_GUIDE: Final = "docs/analyst-guide.md"


def remedy_of(why: str, sql: str, platform: Platform) -> str:
    """Return what to do about a refusal of that SQL; a misspelt name is told the nearest right one."""
    if named := _of_what_it_names(why, sql, platform):
        return named
    if re.search(r"snapshot|version history|table version", why, re.IGNORECASE):
        there_are = snapshots_query(platform.names.env)
        return f"That state is not there, or no longer. Those that are, with their ids: {there_are}"
    if "scanned limit" in why:
        return f"Filter by time or key, and name columns instead of *: {_GUIDE} says what reads little."
    if "TYPE_MISMATCH" in why:
        return (
            "Compare like with like: a time with TIMESTAMP '2026-01-31 05:00:00', a business_day with '2026-01-31'; "
            "DESCRIBE lists a table's columns with their types."
        )
    return _of_the_grammar(why, platform)


def _of_what_it_names(why: str, sql: str, platform: Platform) -> str:
    """Return what to do about the view, table or column that a refusal names; an empty text if it names none."""
    if _VIEW_AT_FAULT.match(why) and (views := _VIEW.findall(why)):
        return _of_a_view(views[-1], platform)
    if found := _TABLE.search(why):
        return _of_a_table(found[2], found[1] or platform.environment.etl.catalog.database_name, platform)
    if found := _COLUMN.search(why):
        return _of_a_column(found[1], sql, platform)
    return ""


def _of_a_view(name: str, platform: Platform) -> str:
    declared = declared_in(platform.environment.contract, name)
    mended = (
        f"mend it in {declared}, and deploy" if declared else "no contract declares it, so whoever made it mends it"
    )
    return f"The view {name} is at fault, not this SQL: {mended}."


def _of_a_table(name: str, database: str, platform: Platform) -> str:
    names = {
        each.name: [
            *(table.name for table in each.tables),
            *(view.name for view in views_over(platform.environment.contract, each.tables)),
        ]
        for each in databases_of(platform.environment)
    }
    if database not in names:
        return f"{database} is no database of this environment; these are: {', '.join(names)}."
    others = [each for each in names if name in names[each] and each != database]
    if others:
        return f"It is in {others[0]}. Tables and views of {database} are {', '.join(names[database])}."
    return (
        f"Tables and views of {database} are {', '.join(names[database])}{did_you_mean(name, names[database]) or '.'}"
    )


def _of_a_column(name: str, sql: str, platform: Platform) -> str:
    known = _columns(platform)
    if name in known:
        return f"Another table has it, or the table lacks what the contract has: {platform.command('schema')}"
    # Athena tells names in small letters.
    if quoted := re.search(rf'"({re.escape(name)})"', sql, re.IGNORECASE):
        return f"In double quotes it is a column's name; text takes single ones: '{quoted[1]}'."
    return f"DESCRIBE lists a table's columns{did_you_mean(name, sorted(known)) or '.'}"


def _of_the_grammar(why: str, platform: Platform) -> str:
    found = _WORD.search(why)
    name = found[1].lower() if found else ""
    if name in _columns(platform):
        return f'{name} is a column, and a word of SQL too: write the column in double quotes, "{name}".'
    return f"Correct the SQL; {_GUIDE} has some to start from."


def _columns(platform: Platform) -> set[str]:
    """Return the names of all columns of the contract's tables and views."""
    contract = platform.environment.contract
    known = {column.name for table in contract.tables for column in table.columns}
    return known | {column.name for view in views_of(contract) for column in view.columns}
