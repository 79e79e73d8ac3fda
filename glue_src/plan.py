"""What one run does to each table: pure, from the run's summary and the tables' states."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from contract.datasets import REJECTED, Column, Dataset
from contract.masking import Mask
from contract.partition_sums import PartitionSum, PartitionSums, rows_in, to_document, version_of
from contract.runs import RunObject, RunSummary
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from glue_src.engine import Source, TablePlan
from glue_src.exceptions import Removal
from glue_src.schema import is_partitioned_so
from glue_src.tables import TableState


@dataclass(frozen=True)
class Change:
    """What a run does to one table.

    ``promised`` are the rows of each partition that is written, or None if the run's partitions are not the contract's
    and only their total is known. ``rows_removed`` are the rows of partitions that shrink or vanish.
    """

    dataset: Dataset
    state: TableState
    written: RunObject
    changed: frozenset[str]
    gone: frozenset[str]
    replaces_all: bool
    promised: Mapping[str, int] | None
    rows_removed: int

    @property
    def is_none(self) -> bool:
        """Whether the table stays as it is."""
        return not (self.changed or self.gone or self.replaces_all)

    @property
    def repartitions(self) -> bool:
        """Whether the table has to be divided another way first."""
        return self.replaces_all and not is_partitioned_so(self.dataset, self.state)

    def told(self) -> str:
        """Return the change in a few words, for logs: numbers of partitions, never their values."""
        if self.is_none:
            return "unchanged"
        whole = "written whole: " if self.replaces_all else ""
        return f"{whole}{len(self.changed)} partitions changed, {len(self.gone)} gone, {self.rows_removed} rows removed"

    @property
    def rows_promised(self) -> int:
        """The rows that are written."""
        return self.written.rows if self.promised is None else sum(self.promised.values())


def change_of(
    dataset: Dataset, summary: RunSummary, state: TableState, *, rebuild: bool, mask: Mask | None = None
) -> Change:
    """Compare what a run says of a dataset with what its table says of itself.

    The table is written whole if nobody knows what it holds (:attr:`TableState.trusted_sums`), if it is divided another
    way or the sums are of another kind, or if ``rebuild`` asks for it. ``mask`` is that of a pseudonymous table, whose
    sums are the mask's: under another key or other rules they are of another kind.
    """
    written = summary.object_of(dataset.name)
    # Partitions by another contract's width tell what changed, but not which files to replace.
    is_ours = written.sums_version == version_of(dataset)
    if mask is not None:
        written = replace(
            written,
            sums_version=mask.version(written.sums_version, dataset),
            partitions=mask.sums(dataset, written.partitions),
        )
    new = {partition: one for partition, one in written.partitions.items() if one.rows}
    trusted = state.trusted_sums
    is_comparable = trusted is not None and trusted.version in (None, written.sums_version)
    old: PartitionSums = trusted.partitions if trusted is not None and is_comparable else {}
    differs = new != old if is_comparable else True
    replaces_all = rebuild or not is_partitioned_so(dataset, state) or (differs and not (is_comparable and is_ours))
    return Change(
        dataset=dataset,
        state=state,
        written=written,
        changed=frozenset(new) if replaces_all else frozenset(name for name in new if new[name] != old.get(name)),
        gone=frozenset(old.keys() - new.keys()),
        replaces_all=replaces_all,
        promised=_promised(new, old, replaces_all=replaces_all) if is_ours else None,
        rows_removed=_removed(old, new) if is_comparable else max(0, state.rows - rows_in(new)),
    )


def _promised(new: PartitionSums, old: PartitionSums, *, replaces_all: bool) -> dict[str, int]:
    return {name: one.rows for name, one in new.items() if replaces_all or one != old.get(name)}


def _removed(old: PartitionSums, new: PartitionSums) -> int:
    return sum(max(0, one.rows - _rows(new.get(name))) for name, one in old.items())


def _rows(one: PartitionSum | None) -> int:
    return one.rows if one else 0


def removals(changes: Iterable[Change], max_removed_ratio: float) -> list[Removal]:
    """Return which tables would lose a greater ratio of their rows than is allowed.

    Rejected items are meant to become fewer.
    """
    return [
        Removal(change.dataset.name, change.rows_removed, change.state.rows)
        for change in changes
        if change.dataset != REJECTED and change.rows_removed > max_removed_ratio * change.state.rows
    ]


def table_plan(change: Change, summary: RunSummary, columns: tuple[Column, ...]) -> TablePlan:
    """Return what an engine is told of a change; ``columns`` are those of the CSV's header."""
    base = change.state.current_snapshot_id
    partitions = {name for name, one in change.written.partitions.items() if one.rows}
    return TablePlan(
        source=Source(change.dataset, change.written.key, change.written.bytes, columns),
        base_snapshot_id=base,
        changed=change.changed,
        gone=change.gone,
        replaces_all=change.replaces_all,
        properties={
            SnapshotProperty.RUN_ID: summary.run_id,
            SnapshotProperty.BUSINESS_DAY: summary.dt.isoformat(),
            SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT if base is None else str(base),
            SnapshotProperty.SUMS: json.dumps(to_document(change.written.partitions), separators=(",", ":")),
            SnapshotProperty.SUMS_VERSION: change.written.sums_version,
        },
        kept=None if change.replaces_all else partitions - change.changed,
    )
