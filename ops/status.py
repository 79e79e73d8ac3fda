"""How the platform is, on one screen: what there is to see, and what the urgent ones of doctor's checks say of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from botocore.exceptions import ClientError

from glue_src.exceptions import TableError
from ops.aws_errors import is_local
from ops.checks.findings import Examination, Finding
from ops.checks.lateness import Lateness
from ops.doctor import URGENT, examine
from ops.engines import EngineState, extract_engine, transform_engine
from ops.platform import Platform
from ops.runs import RecentRuns
from ops.services import AlarmState, CrawlerState, QueueState
from ops.tables import RecordedRun, TableView, UnpublishedRun, table_view

_T = TypeVar("_T")


@dataclass(frozen=True)
class Status:
    """Everything that one screen shows. What could not be asked is empty; ``next_steps`` say why, and what is wrong."""

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
    next_steps: tuple[Finding, ...]
    lateness: Lateness

    @property
    def scheduled(self) -> bool:
        """Whether ETL-1 starts by itself."""
        return bool(self.schedule)


def gather(platform: Platform, now: datetime) -> Status:
    """Ask everything. ``now`` is time-zone aware.

    Raises:
        botocore.exceptions.ClientError: the bucket is not there, or the credentials are of no use.
    """
    environment, examined = platform.environment, Examination(platform, now)
    urgent = examine(examined, URGENT)
    schedule = environment.normalize.schedule
    return Status(
        environment=environment.name,
        region=environment.provider.region,
        endpoint=platform.s3.meta.endpoint_url if environment.provider.custom_endpoint else "",
        now=now,
        today=examined.today,
        schedule=(schedule.cron_expression or "") if schedule.enabled else "",
        runs=examined.runs,
        extract=_asked(lambda: examined.extract_runs, EngineState(extract_engine(platform), ())),
        transform=_asked(lambda: examined.transform_runs, EngineState(transform_engine(platform), ())),
        crawler=_asked(lambda: examined.crawler, None),
        tables=_asked(lambda: tuple(table_view(each, examined.state) for each in examined.contract.tables), ()),
        published=_asked(lambda: examined.recorded, None),
        unpublished=_asked(lambda: examined.unpublished, None),
        alarms=_asked(lambda: examined.alarms, ()),
        queues=_asked(lambda: examined.queues, ()),
        next_steps=urgent.matters,
        lateness=urgent.lateness,
    )


def _asked(question: Callable[[], _T], otherwise: _T) -> _T:
    """Return the answer, or ``otherwise`` where AWS refuses this one question, or a table cannot be read.

    Each is a check's question too, which says so.
    """
    try:
        return question()
    except ClientError as error:
        if not is_local(error):
            raise
    except TableError:
        pass
    return otherwise
