"""All cases, and the table of them for the people who are on call: ``python -m tests.faults.matrix`` writes it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from tests.faults.cases import Case, End, Published, Raised
from tests.faults.destination_cases import DESTINATION_CASES
from tests.faults.process_cases import PROCESS_CASES
from tests.faults.source_cases import SOURCE_CASES
from tools.local.machine_tools import PROJECT
from tools.site.markdown import table

CASES: Final = (*SOURCE_CASES, *DESTINATION_CASES, *PROCESS_CASES)
DOCUMENT: Final = PROJECT / "docs" / "faults.md"

_INTRODUCTION: Final = """\
# What happens when something fails

Every row is a test: the Normalize function runs in a process of its own against the emulator. The fault is made by
`microburst`, a proxy that injects faults, or by a proxy of our own between the two. An older, complete run of the same
day lies in the bucket. After every row the same holds:

- A run that succeeds is whole: all objects are there with the sizes that its summary states, its counts and records are
  those of the table, no upload is open, and ETL-2 takes it.
- A run that raises leaves nothing: no object and no open upload. The message names what failed and what to do.
- A run that is killed may leave files. ETL-2 passes them over with a reason and takes the run before, unless the last
  completion was done: then the run is whole. Uploads that were open stay invisible; the bucket's lifecycle rule aborts
  them after a day.
- The retry without the fault succeeds, and ETL-2 takes it.

To see one: `.venv/bin/python -m pytest tests/faults -k NAME`. This file is written by
`python -m tests.faults.matrix` from the tests' own cases; a test compares the two.
"""
_PARTS: Final = (
    ("The source: DynamoDB", SOURCE_CASES),
    ("The destination: S3", DESTINATION_CASES),
    ("The process", PROCESS_CASES),
)
_HEADINGS: Final = ("what goes wrong", "how it is made", "what happens", "what a reader sees", "test")


def document() -> str:
    """Return the whole text of the table's file."""
    return "\n".join([_INTRODUCTION, *(line for title, cases in _PARTS for line in _part(title, cases))])


def _part(title: str, cases: Sequence[Case]) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    groups = groupby(cases, key=lambda case: (case.fault, case.made))
    yield from table(_HEADINGS, (_cells(list(alike)) for _, alike in groups))


def _cells(alike: Sequence[Case]) -> list[str]:
    """Return the cells of the row for some cases that differ only in where they strike."""
    first, last = alike[0], alike[-1]
    test = f"`{first.id}`" if len(alike) == 1 else f"`{first.id}` to `{last.id}`"
    return [first.fault, first.made, _what_happens(first.end), _what_is_seen(first.end), test]


def _what_happens(end: End) -> str:
    if isinstance(end, Published):
        counted = f" (in the summary: {end.retried} repeated)" if end.retried else ""
        return f"{end.how}{counted}; the run is published"
    if isinstance(end, Raised):
        return f"`{end.error}`: “… {end.remedy} …”"
    return "The function is gone; Lambda calls it again"


def _what_is_seen(end: End) -> str:
    if isinstance(end, Published):
        return "this run"
    if isinstance(end, Raised):
        leftovers = "" if end.cleaned else "; ETL-2 passes over what lies there of this one"
        return f"the run before{leftovers}"
    return {
        True: "this run: it is whole",
        False: "the run before; ETL-2 passes over what lies there of this one",
        None: "this run if its last completion was done, the run before if not",
    }[end.committed]


if __name__ == "__main__":
    DOCUMENT.write_text(document())
