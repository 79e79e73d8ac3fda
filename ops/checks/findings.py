"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum, auto
from functools import cached_property
from typing import Final

from contract.datasets import RUNS, Dataset
from contract.layout import CleanObject
from contract.source import SourceContract
from glue_src.exceptions import TableError, TableFileError
from glue_src.tables import TableState, read_table
from ops.databases import Database, databases_of
from ops.engines import EngineState, extract_engine, last_runs, transform_engine
from ops.lake import RecordedRow, recorded_rows
from ops.platform import Platform
from ops.remedies import remedy_for
from ops.runs import TREND_RUNS, RecentRuns, listed_runs, read_runs
from ops.services import AlarmState, CrawlerState, QueueState, alarm_states, crawler_state, queue_states
from ops.tables import RecordedRun, UnpublishedRun, run_recorded_in, today_of, unpublished_run
from ops.whole import FileFault, file_faults

OK: Final = "ok"
ATTENTION: Final = "attention"
UNKNOWN: Final = "unknown"


class Effect(Enum):
    """What follows by itself where a fault lasts: it is told with its cause, and so is what is left to do about it."""

    NO_COMPLETE_RUN = auto()
    CUT_OFF_RUN = auto()
    #: A schedule or an event that could not be delivered.
    DEAD_LETTER_OF_ETL_1 = auto()
    DEAD_LETTER_OF_ETL_2 = auto()
    NOT_STARTED = auto()
    NOT_PUBLISHED = auto()
    NOT_SEEN = auto()


#: What an alarm on freshness tells: so does every finding by which readers see no new run.
STALE: Final = "stale"
#: What follows where ETL-1 makes no run, and where a run that arrives does not start ETL-2.
WITHOUT_RUN: Final = (
    *(Effect.NO_COMPLETE_RUN, Effect.CUT_OFF_RUN, Effect.DEAD_LETTER_OF_ETL_1, Effect.NOT_SEEN),
    STALE,
)
WITHOUT_START: Final = (Effect.DEAD_LETTER_OF_ETL_2, Effect.NOT_STARTED, STALE)


def files_of(table: str) -> str:
    """Return what a check finds that cannot read the files of a table."""
    return f"files of {table}"


@dataclass(frozen=True)
class Finding:
    """What was seen, whether it needs attention, and what to do about it.

    One cause is told once. ``explains`` is what needs no finding beside this one, and ``effect`` is what this one is
    where another explains it: a consequence, or, as a text, the same fact seen from elsewhere.
    """

    check: str
    state: str
    said: str
    remedy: str = ""
    explains: tuple[Effect | str, ...] = field(default=(), repr=False)
    effect: Effect | str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Examination:
    """The environment under examination; what several checks look at is asked for once."""

    platform: Platform
    now: datetime
    _read: dict[tuple[Database, Dataset], TableState | TableError] = field(default_factory=dict)

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

    @cached_property
    def databases(self) -> tuple[Database, ...]:
        """The databases that there have to be, that of the full tables first."""
        return tuple(databases_of(self.platform.environment))

    def _look(self, database: Database, dataset: Dataset) -> TableState | TableError:
        """Return a table's state, as it was when it was first asked for, or why it cannot be read."""
        place = database, dataset
        if place not in self._read:
            try:
                self._read[place] = read_table(self.platform.glue, self.platform.s3, database.name, dataset.name)
            except TableError as error:
                self._read[place] = error
        return self._read[place]

    def state(self, dataset: Dataset) -> TableState:
        """Return a full table's state.

        Raises:
            TableError: it is not there, or its metadata cannot be read.
        """
        found = self._look(self.databases[0], dataset)
        if isinstance(found, TableError):
            raise found
        return found

    @cached_property
    def looked_at(self) -> Mapping[tuple[Database, Dataset], TableState | TableError]:
        """All tables of all databases: their states, or why they cannot be read."""
        return {
            (database, dataset): self._look(database, dataset)
            for database in self.databases
            for dataset in database.tables
        }

    @cached_property
    def states(self) -> Mapping[Dataset, TableState]:
        """The states of those full tables that can be read."""
        found = {dataset: self._look(self.databases[0], dataset) for dataset in self.contract.tables}
        return {dataset: state for dataset, state in found.items() if isinstance(state, TableState)}

    @cached_property
    def file_faults(self) -> Mapping[tuple[Database, Dataset], list[FileFault]]:
        """What is wrong with the files of tables whose metadata can be read, for those where something is."""
        found = {
            (database, dataset): file_faults(self.platform, database, dataset, state)
            for (database, dataset), state in self.looked_at.items()
            if isinstance(state, TableState)
        }
        return {place: faults for place, faults in found.items() if faults}

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
        remedy, _ = remedy_for("ETL-2", str(error), self.platform)
        # A run of ETL-2 that met it failed with that remedy, too.
        effect = files_of(error.table) if isinstance(error, TableFileError) else str(error)
        return Finding(check, ATTENTION, error.said, remedy, explains=(remedy,), effect=effect)


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
