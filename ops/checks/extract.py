"""ETL-1: what it reads, what runs it and when, and how its last runs went."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from botocore.exceptions import ClientError

from ops.aws_errors import is_absence
from ops.checks.findings import ATTENTION, OK, STALE, WITHOUT_RUN, WITHOUT_START, Check, Effect, Examination, Finding
from ops.engines import FUNCTION, DeployedEngine, EngineRun, extract_engine, time_limit, transform_engine
from ops.invocations import RUNNING
from ops.remedies import SOURCE_IS_GONE, remedy_for
from ops.runs import deviations, seconds_of
from ops.tables import is_of_future

#: Of a function's time: what is left has to do for a table that grows.
_SAFE_SHARE: Final = 2 / 3


def source_table(examined: Examination) -> Iterator[Finding]:
    """Say whether the source can be read."""
    name = examined.platform.environment.normalize.dynamo_table_name
    try:
        table = examined.platform.dynamodb.describe_table(TableName=name)["Table"]
    except ClientError as error:
        if not is_absence(error):
            raise
        said, explains = f"{name} does not exist: no run can begin", (SOURCE_IS_GONE, *WITHOUT_RUN)
        yield Finding("source table", ATTENTION, said, SOURCE_IS_GONE, explains)
        return
    said = f"{name} is {table['TableStatus']}, about {table.get('ItemCount', 0):,} items"
    state = OK if table["TableStatus"] in {"ACTIVE", "UPDATING"} else ATTENTION
    yield Finding("source table", state, said, "" if state == OK else "wait for it, or ask its owner", WITHOUT_RUN)


def engines(examined: Examination) -> Iterator[Finding]:
    """Say whether the function or job of each ETL is deployed and ready."""
    for engine in (extract_engine(examined.platform), transform_engine(examined.platform)):
        try:
            fault, said = _readiness(examined, engine)
        except ClientError as error:
            if not is_absence(error):
                raise
            fault, said = True, f"the {engine.kind} {engine.name} does not exist"
        explains = WITHOUT_RUN if engine.etl == "ETL-1" else WITHOUT_START
        yield Finding(engine.etl, ATTENTION if fault else OK, said, examined.platform.deploy if fault else "", explains)


def _readiness(examined: Examination, engine: DeployedEngine) -> tuple[bool, str]:
    if engine.kind != FUNCTION:
        job = examined.platform.glue.get_job(JobName=engine.name)["Job"]
        workers = f"{job.get('NumberOfWorkers')} workers of type {job.get('WorkerType')}"
        return False, f"job {engine.name}: Glue {job.get('GlueVersion')}, {workers}"
    functions = examined.platform.lambda_
    found = functions.get_function_configuration(FunctionName=engine.name)
    if functions.get_function_concurrency(FunctionName=engine.name).get("ReservedConcurrentExecutions") == 0:
        return True, f"function {engine.name} is switched off: its reserved concurrency is 0"
    state, update = found.get("State", "Active"), found.get("LastUpdateStatus", "Successful")
    said = f"function {engine.name}: {found['MemorySize']} MB, {found['Timeout']} s, {state}"
    # A function that nobody has called for weeks is Inactive, and wakes up.
    return state == "Failed" or update == "Failed", said if update != "Failed" else f"{said}, its last update failed"


def schedule(examined: Examination) -> Iterator[Finding]:
    """Say whether ETL-1 starts by itself where it should, and only there."""
    platform, settings = examined.platform, examined.platform.environment.normalize.schedule
    deploy = platform.deploy
    try:
        found = platform.scheduler.get_schedule(Name=platform.names.schedule, GroupName=platform.names.schedule_group)
    except ClientError as error:
        if not is_absence(error):
            raise
        if settings.enabled:
            yield Finding("schedule", ATTENTION, f"{platform.names.schedule} does not exist", deploy, WITHOUT_RUN)
        else:
            yield Finding("schedule", OK, "there is none, as envs/ says: runs are started by hand")
        return
    zone = found.get("ScheduleExpressionTimezone", "UTC")
    said = f"{found['Name']} is {found.get('State')}, {found['ScheduleExpression']} {zone}"
    wrong = not settings.enabled or found.get("State") != "ENABLED"
    due = (settings.cron_expression, settings.time_zone)
    wrong = wrong or (found["ScheduleExpression"], zone) != due
    wanted = f"envs/ says {' '.join(map(str, due)) if settings.enabled else 'none'}"
    if wrong:
        yield Finding("schedule", ATTENTION, f"{said}; {wanted}", deploy, WITHOUT_RUN)
    else:
        yield Finding("schedule", OK, said)


def last_runs(examined: Examination) -> Iterator[Finding]:
    """Say how the last runs of both ETLs ended, with the runbook's remedy for what they said."""
    for state in (examined.extract_runs, examined.transform_runs):
        engine, last, check = state.engine, state.last, f"{state.engine.etl}'s last run"
        if last is None:
            yield Finding(check, OK, "none is known of the last days")
            continue
        said = f"{last.state} at {last.started_at:%Y-%m-%d %H:%M} UTC"
        explains = WITHOUT_RUN if engine.etl == "ETL-1" else (Effect.NOT_PUBLISHED, STALE)
        if last.failed and not _is_made_good(examined, engine, last):
            todo, heading = remedy_for(engine.etl, f"{last.state} {last.error}", examined.platform)
            told = f"{said}: {last.error.partition(chr(10))[0]}"
            yield Finding(check, ATTENTION, told, f"{todo} (runbook: {heading})", explains, effect=todo)
        elif last.state == RUNNING and (slow := _slowness(examined, engine, last)):
            todo = f"{examined.command(f'logs {engine.word}')} (runbook: A run takes long)"
            yield Finding(check, ATTENTION, slow, todo, explains)
        else:
            yield Finding(check, OK, said)


def _is_made_good(examined: Examination, engine: DeployedEngine, failed: EngineRun) -> bool:
    """Tell whether a run of ETL-1 that is complete began after a failed one: a retry, whose log may be late."""
    newest = examined.runs.newest
    return engine.etl == "ETL-1" and newest is not None and newest.started_at > failed.started_at


def _slowness(examined: Examination, engine: DeployedEngine, run: EngineRun) -> str:
    """Say that a run takes longer than the alarm allows, or for how long its end has been due; nothing otherwise."""
    limit, taken = time_limit(examined.platform, engine), examined.now - run.started_at
    if taken < limit * examined.platform.environment.alarms.run_time_share:
        return ""
    minutes, most = (f"{time.total_seconds() / 60:,.0f}" for time in (taken, limit))
    since = f"RUNNING since {run.started_at:%Y-%m-%d %H:%M} UTC, for {minutes} minutes"
    return f"{since}: it is stuck, for {most} is the most it may take" if taken > limit else f"{since} of {most}"


def duration(examined: Examination) -> Iterator[Finding]:
    """Say whether runs still have time to spare."""
    newest, settings = examined.runs.newest, examined.platform.environment.normalize
    if newest is None:
        return
    by_glue = examined.platform.by_glue
    limit = settings.extract.glue.time_limit_minutes * 60 if by_glue else settings.lambda_.timeout
    seconds = seconds_of(newest)
    said = f"the newest run took {seconds:,.0f} s of {limit:,} s"
    if seconds <= limit * _SAFE_SHARE:
        yield Finding("ETL-1's time", OK, said)
    else:
        todo, _ = remedy_for("ETL-1", "TIMEOUT", examined.platform)
        yield Finding("ETL-1's time", ATTENTION, said, f"{todo} (docs/scaling.md)")


def reading(examined: Examination) -> Iterator[Finding]:
    """Say whether the scan was throttled, and whether the newest run is like those before."""
    newest = examined.runs.newest
    if newest is None:
        said, again = "there is no complete run", examined.command("run")
        yield Finding("runs", ATTENTION, said, again, (Effect.NOT_SEEN, STALE), Effect.NO_COMPLETE_RUN)
        return
    throttled = newest.scan.throttled_requests
    if throttled:
        remedy = (
            "set extract.max_read_capacity_units to what the table can spare, and deploy (runbook: The scan slows …)"
        )
        yield Finding("runs", ATTENTION, f"{throttled} requests of the newest run were throttled", remedy)
    strange = deviations(examined.contract, newest, examined.runs.before)
    for text in strange:
        remedy = f"ask the source's owner; what was rejected shows {examined.command('rejects')}"
        yield Finding("runs", ATTENTION, text, remedy)
    if not strange and not throttled:
        yield Finding("runs", OK, f"run {newest.run_id} of {newest.dt} is like those before it")


def incomplete(examined: Examination) -> Iterator[Finding]:
    """Say which of the newest runs were cut off."""
    newest = examined.runs.newest
    for run in examined.runs.broken:
        newer = newest is None or run.run_id > newest.run_id
        said = f"{run.run_id} of {run.dt}: {'; '.join(run.reasons)}"
        if newer:
            explains = Effect.NO_COMPLETE_RUN, Effect.NOT_SEEN, STALE
            yield Finding("incomplete runs", ATTENTION, said, examined.command("run"), explains, Effect.CUT_OFF_RUN)
        else:
            yield Finding("incomplete runs", OK, said)
    if not examined.runs.broken:
        yield Finding("incomplete runs", OK, "none among the newest")


def future(examined: Examination) -> Iterator[Finding]:
    """Say which runs have an instant that is still to come: ETL-2 ignores them."""
    found = [run for run in examined.listed if is_of_future(run.run_id, examined.now)]
    for run in found:
        remedy = "whose clock is wrong? Delete the run's objects, or it stays the newest for operators"
        yield Finding("runs of the future", ATTENTION, f"ETL-2 ignores {run.run_id} of {run.day}", remedy)
    if not found:
        yield Finding("runs of the future", OK, "none")


CHECKS = (
    Check("source table", (), source_table, urgent=True),
    Check("engines", (), engines, urgent=True),
    Check("schedule", (), schedule, urgent=True),
    Check(
        "last runs",
        ("Normalize failed", "Glue job failed", "Lambda Timeout", "Glue Job Failures"),
        last_runs,
        urgent=True,
    ),
    Check("duration", ("Lambda Timeout", "A run takes long"), duration),
    Check("runs", ("Is everything well?", "The scan slows the chatbot down"), reading, urgent=True),
    Check("incomplete runs", ("Normalize failed",), incomplete, urgent=True),
    Check("runs of the future", ("No fresh data",), future, urgent=True),
)
