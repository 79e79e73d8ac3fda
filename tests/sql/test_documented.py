"""The SQL in docs/ is planned by Trino on the tables and views that there are."""

from __future__ import annotations

import re
from typing import Final

import pytest

from tests.sql.lake import SqlLake
from tools.local.machine_tools import PROJECT
from tools.site.blocks import blocks

#: The test's tables have no state as old as a document's.
_TRAVEL: Final = re.compile(r"FOR (?:VERSION|TIMESTAMP) AS OF (?:\([^)]*\)|TIMESTAMP '[^']*'|\S+)", re.IGNORECASE)

QUESTIONS: Final = {
    f"{file.relative_to(PROJECT)}: {block.heading} {place}": block.text
    for file in sorted((PROJECT / "docs").rglob("*.md"))
    for place, block in enumerate(blocks(file.read_text(encoding="utf-8")))
    if block.language == "sql"
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_documented_sql_is_planned(lake: SqlLake, name: str) -> None:
    for statement in filter(str.strip, QUESTIONS[name].split(";")):
        lake.query(f"EXPLAIN {_TRAVEL.sub('', statement)}")


def test_there_is_some() -> None:
    assert len(QUESTIONS) > 10
