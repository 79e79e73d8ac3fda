"""The Normalize function in a process of its own, as Lambda keeps it: started once, called again while it lives.

``python -m tests.faults.function_process`` is that process: it takes one invocation a line, as JSON, and answers each
with one line. :class:`FunctionProcess` starts it, calls it and kills it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final
from uuid import uuid4

import psutil

from lambda_src.deadline import MOST_MARGIN
from tools.local.machine_tools import PROJECT

#: The longest timeout of a Lambda function.
_LONGEST_SECONDS: Final = 900.0
#: So little that a run soon ends itself, and more than it wants for that.
_LAST_SECONDS: Final = MOST_MARGIN + 3.0


@dataclass(frozen=True)
class Invocation:
    """One call: the event, what the environment holds, and what Lambda's context says of memory."""

    event: dict[str, Any]
    environment: dict[str, str]
    memory_megabytes: int


@dataclass(frozen=True)
class Answer:
    """The run's summary as JSON, or the names of the error's classes (the innermost first), its message and notes."""

    summary: dict[str, Any] | None
    error: tuple[str, ...]
    message: str
    #: How long it was until Lambda would have killed the function, in seconds.
    seconds_left: float


class KilledError(Exception):
    """The process ended without an answer."""


class FunctionProcess:
    """A process that waits for invocations; its log goes to a file."""

    def __init__(self, environment: Mapping[str, str], log: Path) -> None:
        self._time_is_up = log.with_suffix(".time-is-up")
        with log.open("ab") as stderr:
            # A session of its own: what it forks dies with it, as all of a Lambda's sandbox does.
            self._process = subprocess.Popen(
                (sys.executable, "-m", __name__, str(self._time_is_up)),
                cwd=PROJECT,
                env=dict(environment),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=stderr,
                text=True,
                start_new_session=True,
            )

    def invoke(self, invocation: Invocation) -> Answer:
        """Call the function.

        Raises:
            KilledError: the process ended before it answered.
        """
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        self._time_is_up.unlink(missing_ok=True)
        stdin.write(json.dumps(asdict(invocation)) + "\n")
        stdin.flush()
        line = stdout.readline()
        if not line:
            raise KilledError
        document = json.loads(line)
        return Answer(**{**document, "error": tuple(document["error"])})

    def let_time_be_up(self) -> None:
        """Leave the present call hardly more time than it needs to clean up."""
        self._time_is_up.touch()

    def kill(self) -> None:
        """Kill the process and all that it has forked, and wait for its end."""
        if self._process.poll() is None:
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()

    def kill_a_worker(self) -> None:
        """Kill one of the processes that this one has forked, as the system does when memory runs out."""
        psutil.Process(self._process.pid).children()[0].kill()

    def close(self) -> None:
        """Kill the process and close the pipes."""
        self.kill()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            pipe.close()


class Context:
    """What the function reads of Lambda's context.

    Its time goes by until the file ``time_is_up`` is there, and from then on as if the rest of it had been long ago: so
    the time is up at a request, however slow the machine is.
    """

    function_name: Final = "cat-local-lambda-normalize"
    function_version: Final = "$LATEST"
    invoked_function_arn: Final = f"arn:aws:lambda:us-east-1:000000000000:function:{function_name}"

    def __init__(self, memory_megabytes: int, time_is_up: Path) -> None:
        self.memory_limit_in_mb = memory_megabytes
        self.aws_request_id = str(uuid4())
        self._end = time.time() + _LONGEST_SECONDS
        self._time_is_up = time_is_up

    def get_remaining_time_in_millis(self) -> int:
        """Return the time until Lambda would kill the function."""
        return max(0, int(self.seconds_left * 1000))

    @property
    def seconds_left(self) -> float:
        """The time until Lambda would kill the function; negative when it would have."""
        with suppress(FileNotFoundError):
            return self._time_is_up.stat().st_mtime + _LAST_SECONDS - time.time()
        return self._end - time.time()


def _main() -> None:
    # The function and its logs write to stdout: what they write goes to the log, and only answers to the parent.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    from lambda_src.handler import handler

    time_is_up = Path(sys.argv[1])
    for line in sys.stdin:
        invocation = Invocation(**json.loads(line))
        os.environ.update(invocation.environment)
        context = Context(invocation.memory_megabytes, time_is_up)
        answers.write(json.dumps(asdict(_call(handler, invocation, context))) + "\n")


def _call(handler: Any, invocation: Invocation, context: Context) -> Answer:
    try:
        summary = handler(invocation.event, context)
    except Exception as error:  # noqa: BLE001 whatever leaves the function is what Lambda reports
        classes = tuple(kind.__name__ for kind in type(error).__mro__)
        notes = getattr(error, "__notes__", [])
        return Answer(None, classes, "\n".join([str(error), *notes]), context.seconds_left)
    return Answer(summary, (), "", context.seconds_left)


if __name__ == "__main__":
    _main()
