"""A work unit's result, or the error that it ended with, on its way to the process that waits for it."""

from __future__ import annotations

import pickle
import traceback
from collections.abc import Callable
from typing import TypeAlias, cast

from contract.discretion import discreet
from lambda_src.exceptions import DISCREET, WorkerError
from lambda_src.work_units import WorkUnit, WorkUnitResult

#: What is done with a work unit.
Work: TypeAlias = Callable[[WorkUnit], WorkUnitResult]


def answer_of(work: Work, work_unit: WorkUnit) -> bytes:
    """Return what ``work`` makes of the work unit, or raises, as bytes for :func:`result_of`."""
    try:
        return pickle.dumps(work(work_unit), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as unknown:  # noqa: BLE001 - raised again by result_of()
        error = discreet(unknown, DISCREET)
        # An exception travels without its cause, so that the traceback becomes a note.
        error.add_note(f"In the process of work unit {work_unit.index}:\n{''.join(traceback.format_exception(error))}")
        return _pickled(error, work_unit)


def result_of(answer: bytes) -> WorkUnitResult:
    """Return the result that an answer holds, or raise its error."""
    content = pickle.loads(answer)  # noqa: S301 - from this program's own processes
    if isinstance(content, Exception):
        raise content
    return cast("WorkUnitResult", content)


def _pickled(error: Exception, work_unit: WorkUnit) -> bytes:
    try:
        answer = pickle.dumps(error)
        pickle.loads(answer)  # noqa: S301 - just written; some exceptions can be written and not read again
    except Exception:  # noqa: BLE001 - any fault of any exception's own pickling
        return pickle.dumps(WorkerError(f"work unit {work_unit.index} failed: {error!r}\n{error.__notes__[-1]}"))
    return answer
