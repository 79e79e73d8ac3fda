"""The table of all cases, for analysts and for those on call: ``python -m tests.curation.matrix`` writes it."""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType
from typing import Final

from handbook.markdown import code, table
from local.machine_tools import PROJECT
from tests.curation import test_checks, test_crashes, test_evolution, test_reruns
from tests.curation.told import PARTS, TOLD, Told

MODULES: Final = (test_reruns, test_crashes, test_evolution, test_checks)
DOCUMENT: Final = PROJECT / "docs" / "lake-cases.md"

_INTRODUCTION: Final = """\
# What readers of the lake see, case by case

Every row is a test, made with both engines of ETL-2 (Spark, Arrow) against the emulator's S3 and catalog. After every
row the same holds: each table is as before or as after its commit, and the next run of ETL-2 does what is left to do.
How a night goes is in [The lake](lake.md).

To see one: `.venv/bin/python -m pytest tests/curation -k NAME`. This file is written by
`python -m tests.curation.matrix` from the tests; a test compares the two.
"""


def document() -> str:
    """Return the whole text of the table's file."""
    return "\n".join([_INTRODUCTION, *(line for part in PARTS for line in _part(part))])


def _part(part: str) -> Iterator[str]:
    yield f"## {part}"
    yield ""
    rows = ((case.happens, case.seen, code(case.test)) for case in TOLD if case.part == part)
    yield from table(("what happens", "what readers see", "test"), rows)


def names_of_tests(module: ModuleType) -> list[str]:
    """Return the names of a module's tests."""
    return [name for name in vars(module) if name.startswith("test_")]


def told_in(module: ModuleType) -> list[Told]:
    """Return the cases that a module's tests tell."""
    return [case for case in TOLD if case.module == module.__name__]


if __name__ == "__main__":
    DOCUMENT.write_text(document(), encoding="utf-8")
