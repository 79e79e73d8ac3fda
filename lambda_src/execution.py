"""A run from its event to its summary: what the Lambda function and the Glue job have in common."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any, Protocol

from contract import layout
from contract.runs import RunSummary
from contract.tombstones import Coverage, HonouredTombstones
from lambda_src import event as events
from lambda_src.clients import Clients, DeadlineGuard
from lambda_src.deadline import Deadline
from lambda_src.parallelism import Parallelism, table_size
from lambda_src.publication import Publication
from lambda_src.run import Plan, run
from lambda_src.run_log import RunLog
from lambda_src.settings import Settings
from lambda_src.tombstones import coverage_of, read_tombstones
from lambda_src.uploads import Uploads
from lambda_src.work_units import WorkUnit, WorkUnitResult, divide


class ExtractEngine(Protocol):
    """What makes the work units of a run."""

    def parallelism(self, table_bytes: int, configured_segments: int | None) -> Parallelism:
        """Return how many work units and scan segments suit a table of so many bytes; None lets the engine choose."""

    def extract(
        self,
        work_units: Sequence[WorkUnit],
        uploads: Uploads,
        settings: Settings,
        deadline: Deadline,
        coverage: Coverage | None,
    ) -> Sequence[WorkUnitResult]:
        """Make all work units, without the people that ``coverage`` leaves out; raise what ends any of them."""


@dataclass(frozen=True)
class RunResult:
    """What became of an event: the run's summary, and whether it was only a rehearsal."""

    summary: RunSummary
    dry_run: bool

    @property
    def document(self) -> dict[str, Any]:
        """The summary as a JSON object, and ``dry_run``."""
        return {**json.loads(self.summary.to_json()), "dry_run": self.dry_run}


@dataclass(frozen=True)
class RunContext:
    """All that a run needs of the service that it runs in."""

    clients: Clients
    engine: ExtractEngine
    deadline: Deadline
    run_log: RunLog

    @property
    def guard(self) -> DeadlineGuard:
        """What ends the run, and its requests, at the deadline."""
        return DeadlineGuard(self.clients, self.deadline.check)


def execute(
    event: Any,
    settings: Settings,
    context: RunContext,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> RunResult:
    """Make the run that ``event`` asks for (lambda_src.event).

    Raises:
        NormalizeError: the run could not be made; nothing of it is published.
    """
    started_at = now()
    request = events.parse(event, started_at, settings.time_zone)
    honoured, coverage = _tombstones(settings, context)
    work_units = _work_units(settings, context)
    run_id = layout.new_run_id(started_at)
    plan = Plan(run_id, request.day, started_at, settings, work_units, request.accept_removal, honoured)
    context.run_log.started(plan, dry_run=request.dry_run)
    extract = partial(context.engine.extract, settings=settings, deadline=context.deadline, coverage=coverage)
    publication = Publication(context.clients.s3, settings, plan.day, plan.run_id, dry_run=request.dry_run)
    result = RunResult(run(plan, extract, publication, context.guard, now), request.dry_run)
    context.run_log.ended(result.document, dry_run=result.dry_run)
    return result


def _tombstones(settings: Settings, context: RunContext) -> tuple[HonouredTombstones | None, Coverage | None]:
    with context.guard.requests():
        tombstones = read_tombstones(context.clients, settings.bucket)
        return tombstones.honoured, coverage_of(tombstones, context.clients, settings)


def _work_units(settings: Settings, context: RunContext) -> Sequence[WorkUnit]:
    with context.guard.requests():
        table_bytes = table_size(context.clients.dynamodb, settings.table)
    parallelism = context.engine.parallelism(table_bytes, settings.scan_segments)
    return divide(parallelism, table_bytes, settings.max_read_capacity_units)
