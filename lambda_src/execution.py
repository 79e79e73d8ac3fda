"""A run from its event to its summary: what the Lambda function and the Glue job have in common."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from lambda_src import event as events
from lambda_src.clients import Clients, Watch
from lambda_src.parallelism import table_size
from lambda_src.publication import DryRun, Publication, Target
from lambda_src.run import Plan, run
from lambda_src.share import divide
from contract import layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lambda_src.deadline import Deadline
    from lambda_src.journal import Journal
    from lambda_src.parallelism import Parallelism
    from lambda_src.settings import Settings
    from lambda_src.share import Share, ShareResult
    from lambda_src.uploads import Uploads
    from contract.runs import RunSummary


class Engine(Protocol):
    """What makes the shares of a run."""

    def parallelism(self, table_bytes: int, configured_segments: int | None) -> Parallelism:
        """Return how many shares and scan segments suit a table of so many bytes; None lets the engine choose."""

    def extract(
        self, shares: Sequence[Share], uploads: Uploads, settings: Settings, deadline: Deadline
    ) -> Sequence[ShareResult]:
        """Make all shares; raise what ends any of them."""


@dataclass(frozen=True)
class Executed:
    """What became of an event: the run's summary, and whether it was only a rehearsal."""

    summary: RunSummary
    dry_run: bool

    @property
    def document(self) -> dict[str, Any]:
        """The summary as a JSON object, and ``dry_run``."""
        return {**json.loads(self.summary.to_json()), "dry_run": self.dry_run}


@dataclass(frozen=True)
class Surroundings:
    """All that a run needs of the service that it runs in."""

    clients: Clients
    engine: Engine
    deadline: Deadline
    journal: Journal

    @property
    def watch(self) -> Watch:
        """What ends the run, and its requests, at the deadline."""
        return Watch(self.clients, self.deadline.check)


def execute(
    event: Any,
    settings: Settings,
    surroundings: Surroundings,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> Executed:
    """Make the run that ``event`` asks for (lambda_src.event).

    Raises:
        NormalizeError: the run could not be made; nothing of it is published.
    """
    started_at = now()
    request = events.parse(event, started_at, settings.time_zone)
    shares = _shares(settings, surroundings)
    plan = Plan(layout.new_run_id(started_at), request.day, started_at, settings, shares, request.accept_removal)
    surroundings.journal.started(plan, dry_run=request.dry_run)
    extract = partial(surroundings.engine.extract, settings=settings, deadline=surroundings.deadline)
    target = DryRun() if request.dry_run else _publication(plan, surroundings.clients)
    executed = Executed(run(plan, extract, target, surroundings.watch, now), request.dry_run)
    surroundings.journal.ended(executed.document, dry_run=executed.dry_run)
    return executed


def _shares(settings: Settings, surroundings: Surroundings) -> Sequence[Share]:
    with surroundings.watch.requests():
        table_bytes = table_size(surroundings.clients.dynamodb, settings.table)
    parallelism = surroundings.engine.parallelism(table_bytes, settings.scan_segments)
    return divide(parallelism, table_bytes, settings.max_read_capacity_units)


def _publication(plan: Plan, clients: Clients) -> Target:
    return Publication(clients.s3, plan.settings, plan.day, plan.run_id)
