"""Whether data is late: the first thing that somebody on call wants to know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
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
from ops.wording import Language

#: What a schedule has started is at work by then, Lambda's own retries included.
_STARTED_WITHIN: Final = timedelta(minutes=15)


@dataclass(frozen=True)
class Lateness:
    """Whether data is late, which run readers see instead of which, and of which tables queries fail.

    ``state`` is a text's name, below ``lateness`` in ``ops/texts``.
    """

    state: str
    seen: RecordedRun | None = None
    missing: datetime | None = None
    failing: tuple[str, ...] = ()

    @property
    def is_none(self) -> bool:
        """Whether no data is late, and no query fails."""
        return self.state == "none" and not self.failing

    def said_in(self, words: Language) -> str:
        """Say it in one sentence, or in two where queries fail."""
        began = run_instant(self.seen.run_id) if self.seen else None
        seen = seen_run(self.seen, words, self.missing) if self.seen else ""
        missing = _instant(self.missing, words, began) if self.missing else ""
        late = words.say(f"lateness.{self.state}", seen=seen, missing=missing)
        return f"{words.say('lateness.failing', tables=', '.join(self.failing))} {late}" if self.failing else late


def lateness(examined: Examination) -> Lateness:
    """Return whether data is late."""
    try:
        found = _late(examined)
    except TableError:
        found = Lateness("unreadable")
    except ClientError as error:
        if not is_local(error) and not is_absence(error):
            raise
        found = Lateness("refused")
    return replace(found, failing=tuple(_failing(examined)))


def _failing(examined: Examination) -> Iterator[str]:
    """Yield the tables of which queries fail, as far as AWS lets that be seen: what it refuses is a finding."""
    try:
        for (database, dataset), state in examined.looked_at.items():
            if isinstance(state, TableError):
                yield database.called(dataset)
        yield from (database.called(dataset) for database, dataset in examined.file_faults)
    except ClientError as error:
        if not is_local(error) and not is_absence(error):
            raise


def _late(examined: Examination) -> Lateness:
    recorded, left = examined.recorded, examined.unpublished
    if recorded is None:
        return Lateness("no_run")
    if left is not None and left.state is not Unpublished.ON_ITS_WAY:
        return Lateness("begun", recorded, run_instant(left.run_id))
    due = missing_since(examined, recorded)
    return Lateness("none", recorded) if due is None else Lateness("due", recorded, due)


def seen_run(recorded: RecordedRun, words: Language, beside: datetime | None = None) -> str:
    """Say which run readers see; ``beside`` is another instant in the same sentence."""
    return words.say("lateness.seen", day=recorded.dt, begun=_instant(run_instant(recorded.run_id), words, beside))


def _instant(value: datetime, words: Language, beside: datetime | None) -> str:
    """Say an instant to the minute, and to the second where another one of the same minute stands beside it."""
    said = words.instant(value)
    return f"{said}:{value:%S}" if beside is not None and words.instant(beside) == said else said


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
