"""What a check is, and how it is made."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from botocore.exceptions import BotoCoreError, ClientError

from contract.runs import RunSummaryError
from glue_src.exceptions import TableError
from ops.exits import OpsError
from ops.verify.outcomes import DisprovedError, NotSeenError, Outcome, Result
from ops.verify.scene import Scene

#: What a check may meet and the others need not suffer from.
_TROUBLE: Final = (OpsError, TableError, RunSummaryError, ClientError, BotoCoreError)


def _nothing(_: Scene) -> None:
    """Begin nothing."""


@dataclass(frozen=True)
class Check:
    """One question. ``proves`` is what a yes means; ``look`` returns what was seen, or raises.

    ``begin`` starts what takes long, before the first check looks.
    """

    name: str
    proves: str
    look: Callable[[Scene], str]
    begin: Callable[[Scene], None] = _nothing


def outcomes_of(checks: Sequence[Check], scene: Scene) -> tuple[Outcome, ...]:
    """Begin all checks, then let each look; one that could not begin does not look."""
    begun = {check.name: _begun(check, scene) for check in checks}
    outcomes = []
    for check in checks:
        scene.watch.beat(check.name)
        outcomes.append(begun[check.name] or _tried(check, check.look, scene))
    return tuple(outcomes)


def _begun(check: Check, scene: Scene) -> Outcome | None:
    """Begin a check, and return what came of it if that went wrong."""

    def begin(scene: Scene) -> str:
        check.begin(scene)
        return ""

    outcome = _tried(check, begin, scene)
    return None if outcome.result is Result.PROVEN else outcome


def _tried(check: Check, step: Callable[[Scene], str], scene: Scene) -> Outcome:
    started = time.monotonic()
    result, saw = _answer(step, scene)
    return Outcome(check.name, check.proves, result, saw, time.monotonic() - started)


def _answer(step: Callable[[Scene], str], scene: Scene) -> tuple[Result, str]:
    try:
        return Result.PROVEN, step(scene)
    except DisprovedError as error:
        return Result.FAILED, str(error)
    except NotSeenError as error:
        return (Result.FAILED if scene.is_aws else Result.NOT_PROVEN), str(error)
    except _TROUBLE as error:
        return Result.FAILED, str(error)
