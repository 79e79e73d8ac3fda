"""One night of ETL-2, whatever the engine: the newest complete run becomes what readers see, or nothing changes.

Choose the run, plan, write unseen, check, publish, record, announce, clean up. Each step is safe to repeat, so that the
next night finishes what a killed one began.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from contract.datasets import DATA_QUALITY, RUNS
from contract.layout import quarantine_key
from contract.runs import RunSummary
from glue_src import logs
from glue_src.announce import announce
from glue_src.arguments import Arguments
from glue_src.checks import Check, checks_of, rejected_check, relations_of
from glue_src.clean_zone import CleanZone
from glue_src.engine import LakeEngine, Published, StagedTables
from glue_src.exceptions import HeldError, QuarantinedError, TableMovedError
from glue_src.forgetting import Forgetting
from glue_src.maintenance import expired_snapshots
from glue_src.plan import Change, change_of, removals
from glue_src.pseudonyms import PseudonymousTables
from glue_src.publishing import staged
from glue_src.recorder import Recorder
from glue_src.records import RunRow
from glue_src.storage import Bucket
from glue_src.tables import TableState
from glue_src.upkeep import Upkeep

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


@dataclass(frozen=True)
class Outcome:
    """What a night did: the run that it recorded, if any, and what it rewrote."""

    recorded_run: str | None = None
    rewritten_partitions: int = 0
    bytes_written: int = 0


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Night:
    """What a night works with. ``read`` returns a table's present state; ``now`` is the time, with its zone."""

    arguments: Arguments
    engine: LakeEngine
    bucket: Bucket
    clean_zone: CleanZone
    events: EventBridgeClient
    read: Callable[[str], TableState]
    now: Callable[[], datetime] = field(default=_utc_now)
    pseudonymous: PseudonymousTables | None = None

    def run(self) -> Outcome:
        """Bring the tables' columns to the contract, then publish the newest complete run; forget, if told so.

        Raises:
            TableError: a table cannot be read or written as it is.
            NoCompleteRunError: there are runs, and none may be taken.
            HeldError: too many rows would go.
            CleanDataError: a CSV is not what the contract asks for.
            QuarantinedError: a check failed.
            EventRefusedError: all is published and recorded, but not announced.
            PseudonymKeyError: all is done for the full tables, and there is no key for the pseudonymous ones.
        """
        outcome = self._publish_newest()
        before = self.arguments.forget_before
        if before is not None:
            arguments = self.arguments
            Forgetting(self.engine, self.bucket, self.read, arguments.contract, arguments.days_kept, before).run()
            if self.pseudonymous is not None:
                self.pseudonymous.forget(before)
        return outcome

    def _publish_newest(self) -> Outcome:
        upkeep = self._upkeep
        states = {dataset.name: upkeep.evolved(dataset) for dataset in self.arguments.contract.tables}
        summary = self.clean_zone.newest_complete_run(self.now(), self._is_quarantined)
        # Not of data_quality: it also tells of quarantined runs, of which readers see nothing.
        newest = max(state.run_id or "" for name, state in states.items() if name != DATA_QUALITY.name)
        if summary is None or summary.run_id < newest:
            logs.info("nothing to publish", newest_clean=summary and summary.run_id, newest_recorded=newest or None)
            return Outcome()
        outcome = self._taken(summary, states)
        if self.pseudonymous is not None:
            # Whatever was there to do for the full tables: a night that was killed after them left these behind.
            self.pseudonymous.follow(summary, self.now)
        return outcome

    def _taken(self, summary: RunSummary, states: Mapping[str, TableState]) -> Outcome:
        try:
            return self._take(summary, states)
        except TableMovedError as error:
            if (self.read(error.table).run_id or "") < summary.run_id:
                raise
            logs.info("another job has published this run or a newer one", run_id=summary.run_id, table=error.table)
            return Outcome()

    def _is_quarantined(self, run_id: str) -> bool:
        return self.bucket.find(quarantine_key(self.arguments.restricted_prefix, run_id)) is not None

    @property
    def _upkeep(self) -> Upkeep:
        return Upkeep(self.engine, self.bucket, self.read, self.arguments.days_kept)

    def _take(self, summary: RunSummary, states: Mapping[str, TableState]) -> Outcome:
        """Publish and record a run that is as new as the newest recorded one, or newer."""
        recorder = Recorder(self.engine, summary, states, self.now())
        changes = self._planned(summary, states)
        began = time.monotonic()
        published = self._publish(summary, [change for change in changes if not change.is_none], recorder)
        rows = _run_rows(recorder, changes, published, time.monotonic() - began)
        if recorder.is_recorded and not published:
            # Told once more: the event of the run's first time may have been refused.
            announce(self.events, self.arguments, summary, rows)
            logs.info("run is published already", run_id=summary.run_id)
            return Outcome()
        due = {
            dataset.name: expired_snapshots(states[dataset.name], recorder.now, self.arguments.days_kept(dataset))
            for dataset in self.arguments.contract.tables
        }
        recorder.record_run(rows, due)
        announce(self.events, self.arguments, summary, rows)
        self._clean_up(due, published)
        return Outcome(
            summary.run_id,
            sum(row.partitions_rewritten + row.partitions_gone for row in rows),
            sum(row.bytes_written for row in rows),
        )

    def _planned(self, summary: RunSummary, states: Mapping[str, TableState]) -> list[Change]:
        """Return what the run does to each table, unless it is held."""
        arguments = self.arguments
        changes = [
            change_of(dataset, summary, states[dataset.name], rebuild=dataset.name in arguments.rebuild)
            for dataset in arguments.contract.datasets
        ]
        logs.info("planned", run_id=summary.run_id, tables={change.dataset.name: change.told() for change in changes})
        held = [] if summary.accept_removal else removals(changes, arguments.max_removed_ratio)
        if held:
            raise HeldError(summary.run_id, arguments.environment, held, arguments.max_removed_ratio)
        return changes

    def _publish(self, summary: RunSummary, changes: Sequence[Change], recorder: Recorder) -> dict[str, Published]:
        """Write, check and publish ``changes``; return what became of each table, by name."""
        rejected = rejected_check(summary.items, self.arguments.max_rejected_ratio)
        if not changes:
            if not recorder.is_recorded:
                self._judge(summary, [rejected], recorder)
                recorder.record_checks([rejected])
            return {}
        with (
            logs.timed("published", run_id=summary.run_id),
            staged(self.engine, self.clean_zone, summary, changes) as tables,
        ):
            checks = [*self._checks(tables, changes), rejected]
            self._judge(summary, checks, recorder)
            published = {change.dataset.name: tables.publish(change.dataset) for change in changes}
        recorder.record_checks(checks)
        return published

    def _checks(self, tables: StagedTables, changes: Sequence[Change]) -> tuple[Check, ...]:
        contract = self.arguments.contract
        related = relations_of(contract, [change.dataset for change in changes])
        return checks_of(contract, changes, tables.facts(), tables.relate(related))

    def _judge(self, summary: RunSummary, checks: Sequence[Check], recorder: Recorder) -> None:
        """Return if all checks passed; otherwise record them, and mark the run so that it is not tried again."""
        failed = [str(check) for check in checks if not check.passed]
        if not failed:
            return
        recorder.record_checks(checks)
        key = quarantine_key(self.arguments.restricted_prefix, summary.run_id)
        marker = {"run_id": summary.run_id, "business_day": summary.dt.isoformat(), "failed": failed}
        self.bucket.put(key, json.dumps(marker, indent=2).encode() + b"\n")
        raise QuarantinedError(summary.run_id, key, failed)

    def _clean_up(self, due: Mapping[str, frozenset[int]], published: Mapping[str, Published]) -> None:
        """Expire what history no longer needs; where something was written, remove what killed runs left behind.

        ``runs`` and ``data_quality`` are written every night: they are looked through when another table is.
        """
        written = {*published, RUNS.name, DATA_QUALITY.name} if published else set()
        self._upkeep.clean_up(self.arguments.contract.tables, due, written, self.now)


def _run_rows(
    recorder: Recorder, changes: Sequence[Change], published: Mapping[str, Published], seconds: float
) -> list[RunRow]:
    return [_run_row(recorder, change, published.get(change.dataset.name), seconds) for change in changes]


def _run_row(recorder: Recorder, change: Change, published: Published | None, seconds: float) -> RunRow:
    return RunRow(
        run_id=recorder.summary.run_id,
        business_day=recorder.summary.dt.isoformat(),
        dataset=change.dataset.name,
        committed_at=recorder.committed_at,
        snapshot_id=published.snapshot_id if published else change.state.current_snapshot_id,
        rows_now=change.written.rows,
        rows_before=change.state.rows,
        partitions_rewritten=len(change.changed) if published else 0,
        partitions_gone=len(change.gone) if published else 0,
        bytes_written=published.bytes_written if published else 0,
        seconds=round(seconds, 3) if published else 0.0,
        is_change=published is not None,
    )
