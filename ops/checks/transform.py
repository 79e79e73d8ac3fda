"""From an arriving run to the tables: rule, triggers, what was not delivered, what is not published."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from envs.alert_texts import without_command
from envs.schema import AFTER_JOB
from ops import arrival
from ops.checks.findings import ATTENTION, OK, STALE, WITHOUT_START, Check, Effect, Examination, Finding
from ops.remedies import remedy_for
from ops.services import ALARM, MISSING
from ops.tables import Unpublished

#: What the alarm on failed checks tells.
QUARANTINE: Final = "quarantine"


def rule(examined: Examination) -> Iterator[Finding]:
    """Say whether a run's arrival starts ETL-2."""
    link = arrival.rule(examined.platform)
    yield Finding("arrival rule", ATTENTION if link.remedy else OK, link.said, link.remedy, WITHOUT_START)


def workflow(examined: Examination) -> Iterator[Finding]:
    """Say whether the workflow's triggers pass a run on: to the job, and to the crawler where it follows."""
    platform, names = examined.platform, examined.platform.names
    if not platform.by_spark:
        return
    wanted = {names.arrival_trigger: names.glue_job}
    if platform.environment.etl.catalog.crawler.run == AFTER_JOB:
        wanted[names.success_trigger] = names.crawler
    for name, target in wanted.items():
        link = arrival.trigger(platform, name, target)
        explains = WITHOUT_START if name == names.arrival_trigger else ()
        yield Finding("workflow", ATTENTION if link.remedy else OK, link.said, link.remedy, explains)


def unpublished(examined: Examination) -> Iterator[Finding]:
    """Say whether readers see the newest complete run, and if not, why."""
    run = examined.unpublished
    if run is None:
        yield Finding("unpublished run", OK, "none: readers see the newest complete run")
        return
    said = f"run {run.run_id} of {run.dt}"
    explains = Effect.NOT_SEEN, STALE
    if run.state is Unpublished.ON_ITS_WAY:
        yield Finding("unpublished run", OK, f"{said} is on its way to the tables")
    elif run.state is Unpublished.QUARANTINED:
        yield _refused(examined, f"{said} failed a check{f': {run.why}' if run.why else ''}", (*explains, QUARANTINE))
    elif run.state is Unpublished.HELD:
        yield _refused(examined, f"{said} would remove {', '.join(run.removals)}", explains)
    elif run.state is Unpublished.SUPERSEDED:
        told = f"{said} was made before somebody was erased: it is never published"
        yield Finding("unpublished run", ATTENTION, told, examined.command("run"), explains)
    else:
        # What failed once may fail again on the same files: a new run takes their place.
        failed = run.state is Unpublished.FAILED
        again = examined.command("run" if failed else "curate")
        effect = Effect.NOT_PUBLISHED if failed else Effect.NOT_STARTED
        yield Finding("unpublished run", ATTENTION, f"{said} is not published: {run.why}", again, explains, effect)


def _refused(examined: Examination, said: str, explains: tuple[Effect | str, ...]) -> Finding:
    """Return that ETL-2 refused a run: the same that its own failure says."""
    todo, heading = remedy_for("ETL-2", said, examined.platform)
    return Finding("unpublished run", ATTENTION, said, f"{todo} (runbook: {heading})", (*explains, todo))


def dead_letters(examined: Examination) -> Iterator[Finding]:
    """Say whether a schedule or an event could not be delivered."""
    names = examined.platform.names
    for queue in examined.queues:
        state = ATTENTION if queue.messages else OK
        remedy = examined.command("redrive") if queue.messages else ""
        of_etl_1 = queue.name == names.normalize_dead_letters
        effect = Effect.DEAD_LETTER_OF_ETL_1 if of_etl_1 else Effect.DEAD_LETTER_OF_ETL_2
        explains = queue.name, Effect.NOT_SEEN if of_etl_1 else Effect.NOT_STARTED, STALE
        yield Finding("dead letters", state, f"{queue.name} holds {queue.messages}", remedy, explains, effect)


def alarms(examined: Examination) -> Iterator[Finding]:
    """Say which alarms are on, and whether all of them exist."""
    states, names = examined.alarms, examined.platform.names
    facts = {
        names.normalize_alarm("freshness"): STALE,
        names.etl_alarm("freshness"): STALE,
        names.etl_alarm("data-checks"): QUARANTINE,
        names.normalize_alarm("dead-letters"): names.normalize_dead_letters,
        names.etl_alarm("dead-letters"): names.etl_dead_letters,
    }
    for alarm in states:
        if alarm.state == ALARM:
            meaning, todo = without_command(alarm.meaning)
            since = f" since {alarm.since:%Y-%m-%d %H:%M} UTC" if alarm.since else ""
            said = f"{alarm.name} is on{since}: {meaning or alarm.reason}"
            yield Finding("alarms", ATTENTION, said, todo, effect=facts.get(alarm.name))
        elif alarm.state == MISSING:
            yield Finding("alarms", ATTENTION, f"{alarm.name} does not exist", examined.platform.deploy)
    quiet = sum(alarm.state not in {ALARM, MISSING} for alarm in states)
    yield Finding("alarms", OK, f"{quiet} of {len(states)} are quiet")


CHECKS = (
    Check("arrival rule", (), rule, urgent=True),
    Check("workflow", (), workflow, urgent=True),
    Check(
        "unpublished run", ("A run was quarantined", "A run was held", "Run ETL-2 by hand"), unpublished, urgent=True
    ),
    Check("dead letters", ("Normalize dead letters", "ETL-2 dead letters"), dead_letters, urgent=True),
    Check("alarms", ("A function has no room", "A failure went unreported"), alarms, urgent=True),
)
