"""What a check finds, and what it is given to look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Final

from ops.engines import extract_engine, last_runs, transform_engine
from ops.remedies import command_line
from ops.runs import recent_runs
from ops.tables import today_of, uncurated_runs

if TYPE_CHECKING:
    from datetime import date

    from glue_src.catalog import CatalogSnapshot
    from modules.contract.source import SourceContract
    from ops.engines import Engine, EngineState
    from ops.platform import Platform
    from ops.runs import RecentRuns
    from ops.tables import UncuratedRun

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

    @cached_property
    def snapshot(self) -> CatalogSnapshot:
        """The tables' partitions."""
        return self.platform.catalog.snapshot()

    @cached_property
    def uncurated(self) -> tuple[UncuratedRun, ...]:
        """The newest days' runs that readers do not see."""
        return uncurated_runs(self.platform, self.snapshot)

    @property
    def extract(self) -> Engine:
        """What runs ETL-1."""
        return extract_engine(self.platform)

    @property
    def transform(self) -> Engine:
        """What runs ETL-2."""
        return transform_engine(self.platform)

    def runs_of(self, engine: Engine) -> EngineState:
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
