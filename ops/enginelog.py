"""What an engine writes: a function's log group; of the group that all Glue jobs share, its own runs' streams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Final

from ops.engines import FUNCTION, DeployedEngine, EngineRun, job_runs
from ops.invocations import LogLine
from ops.platform import Platform
from ops.tail import Tail

#: A job run that began so long before the first wanted line may still have written it.
_LONGEST_RUN: Final = timedelta(days=1)


class EngineLog:
    """New lines of an engine's log from an instant on; ``pattern`` is CloudWatch's."""

    def __init__(self, platform: Platform, engine: DeployedEngine, since: datetime, pattern: str = "") -> None:
        self._platform = platform
        self._engine = engine
        self._since = since
        self._pattern = pattern
        self._tails: dict[str, Tail] = {}

    def new_lines(self, runs: Sequence[EngineRun] | None = None) -> Iterator[LogLine]:
        """Yield what has come since the last call, a job's ``runs`` (newest first; None: asked for) one by one."""
        for stream in self._streams(runs):
            if stream not in self._tails:
                tail = Tail(self._platform.logs, self._engine.log_group, self._since, stream, self._pattern)
                self._tails[stream] = tail
            yield from self._tails[stream].new_lines()

    def _streams(self, runs: Sequence[EngineRun] | None) -> list[str]:
        """Return the beginnings of the streams' names, oldest run first; an empty one stands for all."""
        if self._engine.kind == FUNCTION:
            return [""]
        if runs is None:
            runs = job_runs(self._platform, self._engine.name)
        return [run.run_id for run in reversed(runs) if run.started_at >= self._since - _LONGEST_RUN]
