"""The fault tests' stage, and the play of all their cases: in threads, for most of them mostly wait."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Final

import pytest

pytest.register_assert_rewrite("tests.faults.invariant", "tests.faults.scenarios", "tests.faults.stage")

from tests.faults.cases import Case  # noqa: E402 after the line above, or its asserts would not tell what differs
from tests.faults.scenarios import play  # noqa: E402 - as above
from tests.faults.stage import Stage  # noqa: E402 - as above
from tools.local.workspace import Workspace  # noqa: E402 - as above

#: The machine is busy with so many cases at once; those that only wait come on top.
_AT_ONCE: Final = 3


@pytest.fixture(scope="session")
def stage(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    stage = Stage(workspace.emulator.endpoint_url(), workspace.clients(), os.environ, tmp_path_factory.mktemp("faults"))
    yield stage
    stage.close()


@pytest.fixture(scope="session")
def played(stage: Stage, request: pytest.FixtureRequest) -> Iterator[Callable[[Case], None]]:
    """Play all collected cases; what is given waits for the end of one of them, and raises what it raised."""
    cases = _collected(request.session)
    waiting = [case for case in cases if case.waits]
    with ThreadPoolExecutor(max(1, len(waiting))) as patient, ThreadPoolExecutor(_AT_ONCE) as busy:
        ends = {case.id: patient.submit(play, stage, case) for case in waiting}
        ends |= {case.id: busy.submit(play, stage, case) for case in cases if not case.waits}
        yield lambda case: ends[case.id].result()
        for end in ends.values():
            end.cancel()


def _collected(session: pytest.Session) -> list[Case]:
    """Return the cases of all tests that are about to run."""
    functions = (item for item in session.items if isinstance(item, pytest.Function))
    parameters = (function.callspec.params for function in functions if hasattr(function, "callspec"))
    return [value for values in parameters for value in values.values() if isinstance(value, Case)]
