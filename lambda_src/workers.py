"""Work units made one to a process: Python runs on one processor, and a large Lambda function has several.

The processes are forked, for what is imported and warm is then there at once, and each makes clients of its own: a
connection must not be used from two processes. Lambda has no shared memory, hence pipes and no pool.
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final

from contract.tombstones import Coverage
from lambda_src.clients import default_clients, make_clients
from lambda_src.deadline import Deadline
from lambda_src.exceptions import WorkerError
from lambda_src.parallelism import Parallelism, choose
from lambda_src.settings import Settings
from lambda_src.uploads import Uploads
from lambda_src.work_unit_extraction import extract_work_unit
from lambda_src.work_units import WorkUnit, WorkUnitResult
from lambda_src.worker_results import Work, answer_of, result_of

_CHECK_SECONDS: Final = 1.0


def make_work_units(
    work_units: Sequence[WorkUnit], work: Work, check_deadline: Callable[[], None]
) -> list[WorkUnitResult]:
    """Return the results of all work units, in their order: a single one is made here, more of them in a process each.

    ``check_deadline`` is called about once a second while processes are waited for; what it raises ends them.

    Raises:
        WorkerError: a process died without an answer.
        NormalizeError: or whatever else ``work`` raises; the first failure ends the other processes.
    """
    if len(work_units) == 1:
        return [work(work_units[0])]
    workers: list[_Worker] = []
    try:
        for work_unit in work_units:
            workers.append(_start(work_unit, work))  # noqa: PERF401 - one that cannot start must end those before it
        answers = _answers(workers, check_deadline)
    finally:
        for worker in workers:
            worker.end()
    return [answers[work_unit.index] for work_unit in work_units]


@dataclass(frozen=True)
class ProcessEngine:
    """Makes work units in a Lambda function of so much memory, on so many processors."""

    memory_megabytes: int
    processors: int

    def parallelism(self, table_bytes: int, configured_segments: int | None) -> Parallelism:
        """Return what suits the function and the table."""
        return choose(table_bytes, self.memory_megabytes, self.processors, configured_segments)

    def extract(
        self,
        work_units: Sequence[WorkUnit],
        uploads: Uploads,
        settings: Settings,
        deadline: Deadline,
        coverage: Coverage | None,
    ) -> list[WorkUnitResult]:
        """Make all work units; the first failure ends them all."""
        clients = default_clients if len(work_units) == 1 else make_clients
        work = partial(
            extract_work_unit,
            uploads=uploads,
            settings=settings,
            open_clients=clients,
            check_deadline=deadline.check,
            coverage=coverage,
        )
        return make_work_units(work_units, work, deadline.check)


@dataclass(frozen=True)
class _Worker:
    work_unit: WorkUnit
    process: BaseProcess
    answer: Connection

    def receive(self) -> WorkUnitResult:
        """Return what the process answers, or raise what it raised."""
        try:
            return result_of(self.answer.recv_bytes())
        except EOFError:
            self.process.join()
            message = (
                f"the process of work unit {self.work_unit.index} ended with status {self.process.exitcode} and no "
                "answer; -9 is most often too little memory: raise memory_size, or lower scan_segments."
            )
            raise WorkerError(message) from None

    def end(self) -> None:
        """Leave no process behind, whatever it is doing."""
        self.process.kill()
        self.process.join()
        self.process.close()
        self.answer.close()


def _start(work_unit: WorkUnit, work: Work) -> _Worker:
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(
        target=_answer, args=(work, work_unit, theirs), name=f"work-unit-{work_unit.index}", daemon=True
    )
    process.start()
    # Held here too, the pipe would never end when the process dies.
    theirs.close()
    return _Worker(work_unit, process, ours)


def _answers(workers: Sequence[_Worker], check_deadline: Callable[[], None]) -> dict[int, WorkUnitResult]:
    awaited: dict[Any, _Worker] = {worker.answer: worker for worker in workers}
    answers = {}
    while awaited:
        for ready in wait(list(awaited), timeout=_CHECK_SECONDS):
            worker = awaited.pop(ready)
            answers[worker.work_unit.index] = worker.receive()
        check_deadline()
    return answers


def _answer(work: Work, work_unit: WorkUnit, answer: Connection) -> None:
    answer.send_bytes(answer_of(work, work_unit))
