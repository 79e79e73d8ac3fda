"""Recommends next steps from a status snapshot. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.remedies import command_line
from ops.runs import deviations
from ops.services import ALARM, FAILED_CRAWL, MISSING
from ops.tables import Unpublished

if TYPE_CHECKING:
    from contract.source import SourceContract
    from ops.engines import EngineState
    from ops.status import Status

#: A night's run belongs to the business day that has just ended.
MAX_AGE_DAYS: Final = 1


@dataclass(frozen=True)
class Advice:
    """Something that needs attention, and what to do about it, each in a line."""

    matter: str
    remedy: str


def next_steps(status: Status, contract: SourceContract) -> tuple[Advice, ...]:
    """Return what needs attention in an environment with such a source, the most urgent first."""
    found = (
        _alarms(status),
        _letters(status),
        _engine(status.extract, status),
        _engine(status.transform, status),
        _tables(status),
        _unpublished(status),
        _freshness(status),
        _broken_runs(status),
        _trend(status, contract),
        _crawler(status),
        (Advice(text, "The rest of this screen is right.") for text in status.unanswered),
    )
    return tuple(advice for part in found for advice in part)


def command(status: Status, words: str) -> str:
    """Return a command line of this program for the same environment."""
    return command_line(status.environment, words)


def _alarms(status: Status) -> Iterator[Advice]:
    for alarm in status.alarms:
        if alarm.state == ALARM:
            yield Advice(f"alarm {alarm.name}: {alarm.reason}", alarm.meaning or command(status, "doctor"))
        elif alarm.state == MISSING:
            yield Advice(f"alarm {alarm.name} does not exist", f"deploy both stacks of {status.environment}")


def _letters(status: Status) -> Iterator[Advice]:
    for queue in status.queues:
        if queue.messages:
            yield Advice(f"{queue.name} holds {queue.messages} undelivered", command(status, "redrive"))


def _engine(state: EngineState, status: Status) -> Iterator[Advice]:
    last = state.last
    if last is None or not last.failed:
        return
    newest = status.runs.newest
    if state is status.extract and newest is not None and newest.started_at > last.started_at:
        return
    first_line = last.error.partition("\n")[0]
    matter = f"{state.engine.etl}: last run {last.state} at {last.started_at:%Y-%m-%d %H:%M} UTC: {first_line}"
    yield Advice(
        matter, f"{command(status, f'logs {state.engine.word}')} has the story, {command(status, 'doctor')} the remedy"
    )


def _tables(status: Status) -> Iterator[Advice]:
    for table in status.tables:
        if table.fault:
            yield Advice(f"table {table.name} cannot be read", table.fault)


def _unpublished(status: Status) -> Iterator[Advice]:
    run, failed = status.unpublished, status.transform.last is not None and status.transform.last.failed
    if run is None:
        return
    named = f"run {run.run_id} of {run.dt}"
    if run.state is Unpublished.QUARANTINED:
        remedy = f"{command(status, 'query failed_checks')}; repair the cause, then {command(status, 'run')}"
        yield Advice(f"{named} failed a check and is quarantined", remedy)
    elif run.state is Unpublished.HELD:
        remedy = f"is the source whole? If the rows are meant to go: {command(status, 'run --accept-removal')}"
        yield Advice(f"{named} is held: it would remove {', '.join(run.removals)}", remedy)
    elif run.state is Unpublished.SUPERSEDED:
        yield Advice(f"{named} was made before somebody was erased: it is never published", command(status, "run"))
    elif failed or run.state is Unpublished.LATE:
        yield Advice(f"{named} is not published yet", command(status, "curate"))


def _freshness(status: Status) -> Iterator[Advice]:
    if not status.runs.complete:
        yield Advice("there is no complete run yet", command(status, "run"))
    elif status.published and status.scheduled and (age := status.published.age(status.today)) > MAX_AGE_DAYS:
        yield Advice(f"the newest day that readers see is {age} days old", command(status, "run"))


def _broken_runs(status: Status) -> Iterator[Advice]:
    newest = status.runs.newest
    for run in status.runs.broken:
        if newest is None or run.run_id > newest.run_id:
            yield Advice(f"run {run.run_id} of {run.dt} is incomplete: {run.reasons[0]}", command(status, "run"))


def _trend(status: Status, contract: SourceContract) -> Iterator[Advice]:
    if status.runs.newest:
        for text in deviations(contract, status.runs.newest, status.runs.before):
            yield Advice(text, command(status, "rejects") if "rejected" in text else command(status, "logs normalize"))


def _crawler(status: Status) -> Iterator[Advice]:
    if status.crawler and status.crawler.last_status == FAILED_CRAWL:
        remedy = f"queries and runs do not need it; aws glue start-crawler --name {status.crawler.name}"
        yield Advice(f"the crawler failed: {status.crawler.error}", remedy)
