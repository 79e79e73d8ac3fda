"""Whether data is late: the first thing that somebody on call wants to know."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from botocore.exceptions import ClientError

from contract.layout import run_instant
from envs.cron import last_due
from glue_src.exceptions import TableError
from ops.aws_errors import is_absence, is_local
from ops.checks.findings import Examination
from ops.invocations import RUNNING
from ops.tables import RecordedRun, Unpublished

#: What a schedule has started is at work by then, Lambda's own retries included.
_STARTED_WITHIN: Final = timedelta(minutes=15)


def lateness(examined: Examination) -> str:
    """Say in one sentence whether data is late, which run readers see, and which tables they cannot read."""
    unreadable: list[str] = []
    try:
        unreadable += [table.name for table in examined.contract.tables if table not in examined.states]
        late = _late(examined)
    except TableError:
        late = "Whether data is late cannot be told, for the table runs cannot be read."
    except ClientError as error:
        if not is_local(error) and not is_absence(error):
            raise
        late = "Whether data is late cannot be told: AWS refused a question."
    return f"Queries of {', '.join(unreadable)} fail. {late}" if unreadable else late


def _late(examined: Examination) -> str:
    recorded, left = examined.recorded, examined.unpublished
    if recorded is None:
        return "Data is late: no run is in the tables yet."
    seen = seen_run(recorded)
    if left is not None and left.state is not Unpublished.ON_ITS_WAY:
        return f"Data is late: {seen}, and not that begun at {_instant(run_instant(left.run_id))}."
    due = missing_since(examined, recorded)
    return f"No data is late: {seen}." if due is None else f"Data is late: {seen}, and not that due at {_instant(due)}."


def seen_run(recorded: RecordedRun) -> str:
    """Say which run readers see."""
    return f"readers see the run of {recorded.dt}, begun at {_instant(run_instant(recorded.run_id))}"


def _instant(instant: datetime) -> str:
    return f"{instant:%Y-%m-%d %H:%M} UTC"


def missing_since(examined: Examination, recorded: RecordedRun) -> datetime | None:
    """Return when a run was due that readers should see by now and do not; None where nothing is missing."""
    schedule, left = examined.platform.environment.normalize.schedule, examined.unpublished
    if not schedule.enabled or schedule.cron_expression is None:
        return None
    engines = (examined.extract_runs, examined.transform_runs)
    if left is not None and left.state is Unpublished.ON_ITS_WAY:
        return None
    if any(state.last is not None and state.last.state == RUNNING for state in engines):
        # How long that may go on is the check of last runs to tell.
        return None
    due = last_due(schedule.cron_expression, schedule.time_zone, examined.now - _STARTED_WITHIN)
    return due if due is not None and run_instant(recorded.run_id) < due else None
