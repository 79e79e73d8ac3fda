"""Both ETLs are made to fail, and their alerts have to arrive.

Each is given a value that it refuses: a day that is none, a table that there is none of. A name that it does not know
would do for the functions only, for Glue's own reading of arguments passes over what nobody asks for.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from typing import Final

from contract.settings import EventKey, TransformArgument
from ops.engines import FUNCTION, DeployedEngine, EngineRun, extract_engine, job_run, transform_engine
from ops.execution import POLL_SECONDS, start
from ops.invocations import RUNNING
from ops.platform import Platform
from ops.verify.checking import Check
from ops.verify.outcomes import NotSeenError
from ops.verify.scene import REFUSED, Failure, Scene

#: What of each ETL's event takes the value that is refused.
_REFUSED_IN: Final = {"ETL-1": EventKey.DT, "ETL-2": TransformArgument.REBUILD}


def refused_event(engine: DeployedEngine, token: str) -> dict[str, str]:
    """Return an event that the engine refuses."""
    return {_REFUSED_IN[engine.etl]: f"{REFUSED}{token}"}


def started(platform: Platform, engine: DeployedEngine, token: str) -> Failure:
    """Start an engine with an event that it refuses, as a service would: nobody waits for the answer."""
    # What the event of a failed run says of the reason is Glue's own affair; it always names the run.
    return Failure(engine, start(platform, engine, refused_event(engine, token)) or token)


def check_of(find: Callable[[Platform], DeployedEngine], platform: Platform) -> Check:
    """Return the check that a failure of an engine is told."""
    engine = find(platform)

    def begin(scene: Scene) -> None:
        scene.failures[engine.etl] = started(scene.platform, engine, scene.token)

    def look(scene: Scene) -> str:
        failure = scene.failures[engine.etl]
        _await_end(scene, failure)
        what = f"the {engine.kind} {engine.name}"
        scene.alerts.wait(what, lambda text: failure.mark in text, scene.patience, scene.watch)
        return f"{what} was given {json.dumps(refused_event(engine, scene.token))}, failed, and the topic said so"

    return Check(
        name=f"{engine.etl} fails",
        proves=f"When the {engine.kind} {engine.name} fails, subscribers of {platform.names.alerts_topic} hear of it.",
        look=look,
        begin=begin,
    )


def _await_end(scene: Scene, failure: Failure) -> None:
    """Wait until a job's run has failed: while it runs, a night could not begin.

    Raises:
        NotSeenError: it ends well, or does not end in time.
    """
    if failure.engine.kind == FUNCTION:
        return
    deadline = time.monotonic() + scene.patience
    name = failure.engine.name
    while (run := _run_of(scene.platform, failure)).state == RUNNING:
        if time.monotonic() > deadline:
            message = f"run {failure.mark} of {name} has not failed in time"
            raise NotSeenError(message)
        scene.watch.beat(f"{name} is to fail")
        time.sleep(POLL_SECONDS)
    if not run.failed:
        message = f"run {failure.mark} of {name} had to fail, and is {run.state}: nothing can be seen of an alert"
        raise NotSeenError(message)


def _run_of(platform: Platform, failure: Failure) -> EngineRun:
    return job_run(platform.glue.get_job_run(JobName=failure.engine.name, RunId=failure.mark)["JobRun"])


def checks(platform: Platform) -> tuple[Check, ...]:
    """Return a check for each ETL."""
    return tuple(check_of(find, platform) for find in (extract_engine, transform_engine))
