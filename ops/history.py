"""The states of a table that can still be asked for, and those that are gone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from glue_src.tables import MAIN, Snapshot, TableState
from ops.lake import RecordedRow


@dataclass(frozen=True)
class PastState:
    """One snapshot of a table: when it was committed, of which run, how many rows it holds, and how SQL asks for it.

    ``run_id`` and ``business_day`` are None where another program wrote it. ``by_version`` and ``by_time`` are clauses
    of a query: empty for one that is gone, ``by_time`` also for one that readers never saw, such as a branch's.
    """

    table: str
    snapshot_id: int
    committed_at: datetime
    run_id: str | None
    business_day: str | None
    rows: int
    operation: str = ""
    is_current: bool = False
    branches: tuple[str, ...] = ()
    by_version: str = ""
    by_time: str = ""
    expired_at: datetime | None = None

    @property
    def is_available(self) -> bool:
        """Whether it can still be asked for."""
        return bool(self.by_version)


def past_states(state: TableState) -> tuple[PastState, ...]:
    """Return the snapshots that a table still has, newest first."""
    seen = {entry.snapshot_id: entry.since for entry in state.log}
    return tuple(_past(state, snapshot, seen.get(snapshot.id)) for snapshot in reversed(state.snapshots))


def _past(state: TableState, snapshot: Snapshot, since: datetime | None) -> PastState:
    branches = tuple(sorted(name for name, head in state.references.items() if head == snapshot.id and name != MAIN))
    return PastState(
        table=state.name,
        snapshot_id=snapshot.id,
        committed_at=snapshot.committed_at,
        run_id=snapshot.run_id,
        business_day=snapshot.business_day,
        rows=snapshot.rows,
        operation=snapshot.operation,
        is_current=snapshot.id == state.current_snapshot_id,
        branches=branches,
        by_version=f"FOR VERSION AS OF {snapshot.id}",
        by_time=f"FOR TIMESTAMP AS OF TIMESTAMP '{_literal(since)}'" if since else "",
    )


def gone_states(states: Iterable[PastState], table: str, rows: Iterable[RecordedRow]) -> tuple[PastState, ...]:
    """Return the snapshots of a table that only the table ``runs`` still knows; ``rows`` are its rows, newest first."""
    known = {state.snapshot_id for state in states}
    gone: dict[int, PastState] = {}
    for row in rows:
        if row.dataset == table and row.snapshot_id is not None and row.snapshot_id not in known:
            # A run that changes nothing records the snapshot of the run before; the oldest row is the one that made it.
            gone[row.snapshot_id] = PastState(
                table=table,
                snapshot_id=row.snapshot_id,
                committed_at=row.committed_at,
                run_id=row.run_id,
                business_day=row.business_day,
                rows=row.rows_now,
                expired_at=row.snapshot_expired_at,
            )
    return tuple(gone.values())


def _literal(instant: datetime) -> str:
    """Return an instant in UTC as SQL writes it, to the millisecond: Iceberg's own."""
    return f"{instant:%Y-%m-%d %H:%M:%S}.{instant.microsecond // 1000:03} UTC"
