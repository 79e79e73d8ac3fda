"""A share's result, or the error that it ended with, on its way to the process that waits for it."""

from __future__ import annotations

import pickle
import traceback
from typing import TYPE_CHECKING, cast

from lambda_src.exceptions import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable

    from lambda_src.share import Share, ShareResult

    Work = Callable[[Share], ShareResult]


def answer_of(work: Work, share: Share) -> bytes:
    """Return what ``work`` makes of the share, or raises, as bytes for :func:`result_of`."""
    try:
        return pickle.dumps(work(share), protocol=pickle.HIGHEST_PROTOCOL)
    except Exception as error:  # noqa: BLE001 - raised again by result_of()
        # An exception travels without its cause, so that the traceback becomes a note.
        error.add_note(f"In the process of share {share.index}:\n{''.join(traceback.format_exception(error))}")
        return _pickled(error, share)


def result_of(answer: bytes) -> ShareResult:
    """Return the result that an answer holds, or raise its error."""
    content = pickle.loads(answer)  # noqa: S301 - from this program's own processes
    if isinstance(content, Exception):
        raise content
    return cast("ShareResult", content)


def _pickled(error: Exception, share: Share) -> bytes:
    try:
        answer = pickle.dumps(error)
        pickle.loads(answer)  # noqa: S301 - just written; some exceptions can be written and not read again
    except Exception:  # noqa: BLE001 - any fault of any exception's own pickling
        return pickle.dumps(WorkerError(f"share {share.index} failed: {error!r}\n{error.__notes__[-1]}"))
    return answer
