"""Keeps ``runs`` and ``data_quality``: each is a small table that one commit replaces whole, in one file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from contract.datasets import DATA_QUALITY, RUNS, Dataset
from contract.runs import RunSummary
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from glue_src.checks import Check
from glue_src.engine import LakeEngine
from glue_src.records import Row, RunRow, recorded_runs, with_checks, with_runs
from glue_src.tables import TableState


@dataclass(frozen=True)
class Recorder:
    """Records one run; ``states`` are the tables' when the night began, ``now`` is in UTC with its zone."""

    engine: LakeEngine
    summary: RunSummary
    states: Mapping[str, TableState]
    now: datetime

    @property
    def committed_at(self) -> datetime:
        """When the run was recorded, as the table's cells have it: in UTC without a zone."""
        return _without_zone(self.now)

    @property
    def is_recorded(self) -> bool:
        """Whether the run stands in ``runs`` already."""
        return self.states[RUNS.name].run_id == self.summary.run_id

    def record_checks(self, checks: Sequence[Check]) -> None:
        """Add what was checked to ``data_quality``."""
        day = self.summary.dt.isoformat()
        added = [check.row(self.summary.run_id, day, self.committed_at) for check in checks]
        self._replace(DATA_QUALITY, with_checks(self.engine.rows_of(DATA_QUALITY), added))

    def record_run(self, rows: Sequence[RunRow], gone: Mapping[str, frozenset[int]]) -> None:
        """Add a run's rows to ``runs``; one that is there already stays if the run now leaves its table alone.

        ``gone`` are the ids of snapshots, by table, that are about to be expired. ``runs`` is updated before them: if
        expiring fails, the next night does it.
        """
        existing = {
            name: frozenset(snapshot.id for snapshot in state.snapshots) - gone.get(name, frozenset())
            for name, state in self.states.items()
        }
        for row in rows:
            if row.snapshot_id is not None:
                existing[row.dataset] |= {row.snapshot_id}
        recorded = self.engine.rows_of(RUNS)
        known = recorded_runs(recorded)
        added = [row for row in rows if row.is_change or (row.run_id, row.dataset) not in known]
        merged = with_runs(recorded, added, existing, self.committed_at)
        self._replace(RUNS, merged)

    def _replace(self, dataset: Dataset, rows: Sequence[Row]) -> None:
        base = self.states[dataset.name].current_snapshot_id
        properties = {
            SnapshotProperty.RUN_ID: self.summary.run_id,
            SnapshotProperty.BUSINESS_DAY: self.summary.dt.isoformat(),
            SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT if base is None else str(base),
        }
        self.engine.replace_rows(dataset, rows, base, properties)


def _without_zone(instant: datetime) -> datetime:
    return instant.astimezone(UTC).replace(tzinfo=None)
