"""Entry point of the Normalize function: an event in, a run, its summary out; every failure raises."""

from __future__ import annotations

import json
import os
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools import Logger

from lambda_src import event as events
from lambda_src import metrics
from lambda_src.clients import Clients, default_clients
from lambda_src.deadline import Deadline
from lambda_src.publication import DryRun, Publication, Target
from lambda_src.run import Plan, run
from lambda_src.scan import scan
from lambda_src.settings import Settings
from modules.contract import layout

if TYPE_CHECKING:
    from collections.abc import Callable

    from aws_lambda_powertools.utilities.typing import LambdaContext

    from modules.contract.runs import RunSummary

logger = Logger(service="normalize")


@logger.inject_lambda_context(clear_state=True)
def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Make a snapshot of the source table. Lambda calls this.

    Args:
        event: None, or a dict with any of ``dt``, ``dry_run`` and ``scheduled_time`` (lambda_src.event).
        context: Lambda's own.

    Returns:
        The run's summary as a JSON object, and ``dry_run``.

    Raises:
        NormalizeError: the run could not be made; nothing of it is published.
    """
    try:
        settings = Settings.from_environment(os.environ)
        return execute(event, settings, default_clients(), context.get_remaining_time_in_millis)
    except BaseException:
        logger.exception("run failed")
        raise


def execute(
    event: Any,
    settings: Settings,
    clients: Clients,
    remaining_milliseconds: Callable[[], int],
    now: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
) -> dict[str, Any]:
    """Do the work of :func:`handler`, with everything from outside as an argument."""
    started_at = now()
    request = events.parse(event, started_at, settings.time_zone)
    plan = Plan(layout.new_run_id(started_at), request.day, started_at, settings)
    logger.append_keys(run_id=plan.run_id, dt=request.day.isoformat(), dry_run=request.dry_run)
    logger.info("run started", extra={"table": settings.table, "segments": settings.scan_segments})
    pages = scan(clients.dynamodb, settings.table, settings.scan_segments)
    target = DryRun() if request.dry_run else _publication(plan, clients)
    summary = run(plan, pages, target, Deadline(remaining_milliseconds).check, now)
    return _report(summary, settings, dry_run=request.dry_run)


def _publication(plan: Plan, clients: Clients) -> Target:
    return Publication(clients.s3, plan.settings.bucket, plan.settings.clean_prefix, plan.day, plan.run_id)


def _report(summary: RunSummary, settings: Settings, *, dry_run: bool) -> dict[str, Any]:
    """Log the summary, emit the metrics of a real run, and return the function's answer."""
    document: dict[str, Any] = json.loads(summary.to_json())
    logger.info("dry run ended" if dry_run else "run published", extra={"summary": document})
    if not dry_run:
        metrics.emit(summary, settings.metrics_namespace, settings.environment)
    return {**document, "dry_run": dry_run}
