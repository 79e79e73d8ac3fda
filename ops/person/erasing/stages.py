"""What an erasure has ETL-1 and ETL-2 do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol

from contract.runs import RunSummary
from contract.settings import TransformArgument
from ops import running
from ops.engines import transform_engine
from ops.execution import Watch, execute
from ops.platform import Platform

#: How long ETL-2 may take to publish: longer than any run of it does.
_MOST_SECONDS: Final = 2 * 3600.0


class Stages(Protocol):
    """Both stages, wherever they run."""

    def extract(self) -> RunSummary:
        """Run ETL-1, so that its run is published however much it removes, and return what it says."""

    def await_published(self, summary: RunSummary) -> None:
        """Return once the tables hold that run or a newer one."""

    def forget(self, before: datetime) -> None:
        """Run ETL-2, so that the tables keep nothing of before."""


@dataclass(frozen=True)
class DeployedStages:
    """The functions or jobs of an environment; OpsError if one fails."""

    platform: Platform
    watch: Watch

    def extract(self) -> RunSummary:
        """Run ETL-1."""
        event = running.event_of(None, accept_removal=True)
        return running.extract(self.platform, event, self.watch).summary

    def await_published(self, summary: RunSummary) -> None:
        """Wait for ETL-2; start it where no event does."""
        made = running.MadeRun(summary, dry_run=False, seconds=0.0)
        running.await_tables(self.platform, made, _MOST_SECONDS, self.watch)

    def forget(self, before: datetime) -> None:
        """Run ETL-2."""
        event = {TransformArgument.FORGET_BEFORE: before.isoformat()}
        execute(self.platform, transform_engine(self.platform), event, self.watch)
