"""Entry point of the Normalize function: an event in, a run, its summary out; every failure raises."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, Final

from contract.discretion import discreet
from lambda_src import metrics
from lambda_src.clients import default_clients
from lambda_src.deadline import Deadline
from lambda_src.exceptions import DISCREET
from lambda_src.execution import RunContext, execute
from lambda_src.run_log import RunLog, logger
from lambda_src.settings import Settings
from lambda_src.workers import ProcessEngine

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_REMEDY: Final = (
    "Raise the function's timeout (at most 900 s) or memory_size (processors grow with it); a table that takes longer "
    'than that is work for extract.engine = "glue".'
)


@logger.inject_lambda_context(clear_state=True)
def handler(event: Any, context: LambdaContext) -> dict[str, Any]:
    """Make a snapshot of the source table. Lambda calls this.

    Args:
        event: None, or a dict with any of contract.settings.EventKey (lambda_src.event).
        context: Lambda's own.

    Returns:
        The run's summary as a JSON object, and ``dry_run``.

    Raises:
        NormalizeError: the run could not be made; nothing of it is published.
    """
    try:
        settings = Settings.from_environment(os.environ)
        result = execute(event, settings, _context(context))
    except Exception as error:  # noqa: BLE001 - raised as what may be told of it
        told = discreet(error, DISCREET)
        logger.error("run failed", exc_info=told)
        raise told from None
    if not result.dry_run:
        metrics.emit(result.summary, settings)
    return result.document


def _context(context: LambdaContext) -> RunContext:
    return RunContext(
        clients=default_clients(),
        engine=ProcessEngine(int(context.memory_limit_in_mb), os.cpu_count() or 1),
        deadline=Deadline.of(lambda: context.get_remaining_time_in_millis() / 1000, _REMEDY),
        run_log=RunLog(),
    )
