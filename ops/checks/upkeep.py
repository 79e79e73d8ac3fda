"""What maintenance should have done to the tables: partitions, history, branches, files that nothing names."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from contract.datasets import Dataset
from contract.source import SourceContract
from glue_src.exceptions import TableError
from glue_src.maintenance import expired_snapshots
from glue_src.tables import MAIN, TableState
from ops.checks.findings import ATTENTION, OK, Check, Examination, Finding
from ops.lake import unnamed_objects
from ops.show.queries import size

#: From so many partitions on, a night reads and writes more metadata than it needs to.
MANY_PARTITIONS: Final = 500
#: Maintenance follows a night's run, and a night may be missed.
_GRACE: Final = timedelta(days=2)
#: Of a table's bytes: what a few killed runs leave is less, and the next run after a day removes it.
_ORPHAN_RATIO: Final = 0.1
_ORPHAN_AGE: Final = timedelta(days=2)


def partitions(examined: Examination) -> Iterator[Finding]:
    """Say whether a table has more partitions than it should."""
    counts = {
        dataset: len(state.trusted_sums.partitions)
        for dataset, state in examined.states.items()
        if dataset.partition and state.trusted_sums
    }
    many = {dataset: count for dataset, count in counts.items() if count >= MANY_PARTITIONS}
    for dataset, count in many.items():
        yield Finding("partitions", ATTENTION, f"{dataset.name} has {count:,}", _fewer(dataset, examined.contract.name))
    if not many:
        told = ", ".join(f"{dataset.name} {count:,}" for dataset, count in counts.items())
        yield Finding("partitions", OK, told or _uncounted(examined.contract))


def _uncounted(contract: SourceContract) -> str:
    if any(dataset.partition for dataset in contract.tables):
        return "not counted yet: the next run writes the tables and counts them"
    return f"the contract {contract.name} divides no table"


def _fewer(dataset: Dataset, contract: str) -> str:
    partition = dataset.partition
    width = f"{partition.column}, width {partition.width}" if partition else "none"
    return (
        f"in the contract {contract}, take a smaller width of {dataset.name}'s partition ({width}), or a column that "
        "begins with a time (docs/how-to/change-the-width.md)"
    )


def history(examined: Examination) -> Iterator[Finding]:
    """Say whether snapshots expire in time."""
    days_kept = examined.platform.environment.days_kept
    late = {
        dataset: count
        for dataset, state in examined.states.items()
        if (count := len(expired_snapshots(state, examined.now - _GRACE, days_kept(dataset))))
    }
    for dataset, count in late.items():
        days = days_kept(dataset)
        said = f"{dataset.name} keeps {count} snapshots that should have expired: not seen for {days} days"
        remedy = f"{examined.command('curate')} removes them: they hold what was deleted since"
        yield Finding("history", ATTENTION, said, remedy)
    if not late:
        kept = sum(len(state.snapshots) for state in examined.states.values())
        yield Finding("history", OK, f"{kept} snapshots, none older than its table's history")


def branches(examined: Examination) -> Iterator[Finding]:
    """Say whether a branch keeps rows that readers no longer see."""
    left = [
        (state.name, name)
        for state in examined.states.values()
        for name, head in state.references.items()
        if name != MAIN and _is_old(state, head, examined.now)
    ]
    for table, name in left:
        said = f"{table} has the branch or tag {name}: what it names never expires"
        remedy = f"{examined.command('curate')} drops what ETL-2 left; others are their maker's to drop"
        yield Finding("branches", ATTENTION, said, remedy)
    if not left:
        yield Finding("branches", OK, "none beside the one that readers see")


def _is_old(state: TableState, head: int, now: datetime) -> bool:
    snapshot = state.snapshot(head)
    return snapshot is None or now - snapshot.committed_at > timedelta(days=1)


def orphans(examined: Examination) -> Iterator[Finding]:
    """Say how much of the tables' folders no snapshot names."""
    found, wrong = 0, False
    for dataset in examined.states:
        try:
            unnamed = unnamed_objects(examined.platform, dataset, examined.now - _ORPHAN_AGE)
        except TableError as error:
            wrong = True
            yield examined.unreadable("orphans", error)
            continue
        found += unnamed.bytes
        if unnamed.total and unnamed.bytes > unnamed.total * _ORPHAN_RATIO:
            wrong = True
            said = f"{dataset.name}: {size(unnamed.bytes)} of {size(unnamed.total)} is named by no snapshot"
            yield Finding("orphans", ATTENTION, said, f"{examined.command('curate')} removes what is older than a day")
    if not wrong:
        yield Finding("orphans", OK, f"{size(found)} in the tables' folders is named by no snapshot")


CHECKS = (
    Check("partitions", ("Is everything well?",), partitions),
    Check("history", ("Is everything well?",), history),
    Check("branches", ("Is everything well?",), branches),
    Check("orphans", ("Is everything well?",), orphans),
)
