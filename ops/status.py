"""How the platform is, on one screen: gathered here, judged by ops/advice.py, shown by ops/show/status.py."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import explained, is_local
from ops.engines import EngineState, extract_engine, last_runs, transform_engine
from ops.runs import RecentRuns, recent_runs
from ops.services import AlarmState, CrawlerState, QueueState, alarm_states, crawler_state, queue_states
from ops.tables import RecordedRun, TableView, UnpublishedRun, recorded_run, table_views, today_of, unpublished_run

if TYPE_CHECKING:
    from ops.platform import Platform

_T = TypeVar("_T")


@dataclass(frozen=True)
class Status:
    """Everything that one screen shows. What could not be asked is empty, and ``unanswered`` says why."""

    environment: str
    region: str
    endpoint: str
    now: datetime
    today: date
    schedule: str
    runs: RecentRuns
    extract: EngineState
    transform: EngineState
    crawler: CrawlerState | None
    tables: tuple[TableView, ...]
    published: RecordedRun | None
    unpublished: UnpublishedRun | None
    alarms: tuple[AlarmState, ...]
    queues: tuple[QueueState, ...]
    unanswered: tuple[str, ...]

    @property
    def scheduled(self) -> bool:
        """Whether ETL-1 starts by itself."""
        return bool(self.schedule)


class Asking:
    """Asks one question after the other; one that is refused does not keep the others from being asked."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self.unanswered: list[str] = []

    def ask(self, question: Callable[[], _T], otherwise: _T) -> _T:
        """Return the answer, or ``otherwise`` where AWS refuses this question, or a table cannot be read."""
        try:
            return question()
        except ClientError as error:
            if not is_local(error):
                raise
            environment = self._platform.environment
            told = explained(error, environment.name, environment.provider.region)
            self._note(f"{told.message} {told.remedy}")
        except TableError as error:
            self._note(str(error))
        return otherwise

    def _note(self, text: str) -> None:
        if text not in self.unanswered:
            self.unanswered.append(text)


def gather(platform: Platform, now: datetime) -> Status:
    """Ask everything. ``now`` is time-zone aware.

    Raises:
        botocore.exceptions.ClientError: the bucket is not there, or the credentials are of no use.
    """
    environment, asking, today = platform.environment, Asking(platform), today_of(platform, now)
    extract, transform = extract_engine(platform), transform_engine(platform)
    runs = recent_runs(platform.clean_zone)
    schedule = environment.normalize.schedule
    return Status(
        environment=environment.name,
        region=environment.provider.region,
        endpoint=platform.s3.meta.endpoint_url if environment.provider.custom_endpoint else "",
        now=now,
        today=today,
        schedule=(schedule.cron_expression or "") if schedule.enabled else "",
        runs=runs,
        extract=asking.ask(lambda: last_runs(platform, extract, now), EngineState(extract, ())),
        transform=asking.ask(lambda: last_runs(platform, transform, now), EngineState(transform, ())),
        crawler=asking.ask(lambda: crawler_state(platform), None),
        tables=asking.ask(lambda: table_views(platform), ()),
        published=asking.ask(lambda: recorded_run(platform), None),
        unpublished=asking.ask(lambda: unpublished_run(platform, now), None),
        alarms=asking.ask(lambda: alarm_states(platform), ()),
        queues=asking.ask(lambda: queue_states(platform), ()),
        unanswered=tuple(asking.unanswered),
    )
