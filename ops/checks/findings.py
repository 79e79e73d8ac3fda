"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Final

from contract.datasets import RUNS, Dataset
from contract.layout import CleanObject
from contract.source import SourceContract
from glue_src.exceptions import TableError
from glue_src.tables import TableState
from ops.engines import EngineState, extract_engine, last_runs, transform_engine
from ops.lake import RecordedRow, recorded_rows
from ops.platform import Platform
from ops.remedies import remedy_for
from ops.runs import TREND_RUNS, RecentRuns, listed_runs, read_runs
from ops.services import AlarmState, CrawlerState, QueueState, alarm_states, crawler_state, queue_states
from ops.tables import RecordedRun, UnpublishedRun, run_recorded_in, table_state, today_of, unpublished_run

OK: Final = "ok"
ATTENTION: Final = "attention"
UNKNOWN: Final = "unknown"


@dataclass(frozen=True)
class Finding:
    """What was seen, whether it needs attention, and what to do about it."""

    check: str
    state: str
    said: str
    remedy: str = ""


@dataclass(frozen=True)
class Examination:
    """The environment under examination; what several checks look at is asked for once."""

    platform: Platform
    now: datetime
    _read: dict[Dataset, TableState] = field(default_factory=dict)

    @property
    def env(self) -> str:
        """The environment's name."""
        return self.platform.names.env

    @property
    def contract(self) -> SourceContract:
        """The contract of the environment's source."""
        return self.platform.environment.contract

    @property
    def today(self) -> date:
        """Today's business day."""
        return today_of(self.platform, self.now)

    @cached_property
    def listed(self) -> list[CleanObject]:
        """All of ETL-1's runs, newest first, complete or not."""
        return listed_runs(self.platform.clean_zone)

    @cached_property
    def runs(self) -> RecentRuns:
        """ETL-1's newest runs."""
        return read_runs(self.platform.clean_zone, self.listed[:TREND_RUNS])

    def state(self, dataset: Dataset) -> TableState:
        """Return a table's state, as it was when it was first asked for.

        Raises:
            TableError: it is not there, or its metadata cannot be read.
        """
        if dataset not in self._read:
            self._read[dataset] = table_state(self.platform, dataset)
        return self._read[dataset]

    @cached_property
    def states(self) -> Mapping[Dataset, TableState]:
        """The states of those tables that can be read."""
        found = {}
        for dataset in self.contract.tables:
            with suppress(TableError):
                found[dataset] = self.state(dataset)
        return found

    @cached_property
    def recorded(self) -> RecordedRun | None:
        """The newest run that is in the tables."""
        return run_recorded_in(self.state(RUNS))

    @cached_property
    def recorded_rows(self) -> tuple[RecordedRow, ...]:
        """What the newest runs did to each table."""
        return recorded_rows(self.platform)

    @cached_property
    def unpublished(self) -> UnpublishedRun | None:
        """The newest complete run, if readers do not see it."""
        return unpublished_run(self.platform, self.recorded, self.now, self.listed)

    @cached_property
    def extract_runs(self) -> EngineState:
        """ETL-1's last runs."""
        return last_runs(self.platform, extract_engine(self.platform), self.now)

    @cached_property
    def transform_runs(self) -> EngineState:
        """ETL-2's last runs."""
        return last_runs(self.platform, transform_engine(self.platform), self.now)

    @cached_property
    def alarms(self) -> tuple[AlarmState, ...]:
        """The stacks' alarms."""
        return alarm_states(self.platform)

    @cached_property
    def queues(self) -> tuple[QueueState, ...]:
        """The dead-letter queues."""
        return queue_states(self.platform)

    @cached_property
    def crawler(self) -> CrawlerState:
        """The crawler."""
        return crawler_state(self.platform)

    def command(self, words: str) -> str:
        """Return a command line of this program for the same environment."""
        return self.platform.command(words)

    def unreadable(self, check: str, error: TableError) -> Finding:
        """Return that a check could not read a table, in the same words whichever check it is."""
        return Finding(check, ATTENTION, str(error), remedy_for("ETL-2", str(error), self.platform)[0])


@dataclass(frozen=True)
class Check:
    """One question: its name, the headings of runbook and troubleshooting that it answers, and how it looks.

    ``urgent`` are those on which it depends whether readers see what they should: ``status`` and the report ask them,
    ``doctor`` asks all.
    """

    name: str
    headings: tuple[str, ...]
    look: Callable[[Examination], Iterator[Finding]]
    urgent: bool = False

    def ok(self, said: str) -> Finding:
        """Return that all is well."""
        return Finding(self.name, OK, said)
