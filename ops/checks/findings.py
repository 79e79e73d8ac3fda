"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from glue_src.exceptions import TableError
from ops.engines import extract_engine, last_runs, transform_engine
from ops.lake import recorded_rows
from ops.remedies import command_line
from ops.runs import recent_runs
from ops.tables import recorded_run, table_state, today_of, unpublished_run

if TYPE_CHECKING:
    from contract.datasets import Dataset
    from contract.source import SourceContract
    from glue_src.tables import TableState
    from ops.engines import DeployedEngine, EngineState
    from ops.lake import RecordedRow
    from ops.platform import Platform
    from ops.runs import RecentRuns
    from ops.tables import RecordedRun, UnpublishedRun

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
    def runs(self) -> RecentRuns:
        """ETL-1's newest runs."""
        return recent_runs(self.platform.clean_zone)

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
        return recorded_run(self.platform)

    @cached_property
    def recorded_rows(self) -> tuple[RecordedRow, ...]:
        """What the newest runs did to each table."""
        return recorded_rows(self.platform)

    @cached_property
    def unpublished(self) -> UnpublishedRun | None:
        """The newest complete run, if readers do not see it."""
        return unpublished_run(self.platform, self.now)

    @property
    def extract(self) -> DeployedEngine:
        """What runs ETL-1."""
        return extract_engine(self.platform)

    @property
    def transform(self) -> DeployedEngine:
        """What runs ETL-2."""
        return transform_engine(self.platform)

    def runs_of(self, engine: DeployedEngine) -> EngineState:
        """Return an engine's last runs."""
        return last_runs(self.platform, engine, self.now)

    def command(self, words: str) -> str:
        """Return a command line of this program for the same environment."""
        return command_line(self.env, words)


@dataclass(frozen=True)
class Check:
    """One question: its name, the headings of runbook and troubleshooting that it answers, and how it looks."""

    name: str
    headings: tuple[str, ...]
    look: Callable[[Examination], Iterator[Finding]]

    def ok(self, said: str) -> Finding:
        """Return that all is well."""
        return Finding(self.name, OK, said)
