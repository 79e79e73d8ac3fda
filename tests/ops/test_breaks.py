"""Each thing that can break, really broken on the emulator: it is said once, and nothing says that all is well."""

from __future__ import annotations

import html
import json
import re
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import Result

from contract.datasets import REJECTED, RUNS, Dataset
from contract.layout import business_day
from contract.sources.catia import MESSAGES
from envs.local import LOCAL
from glue_src.maintenance import key_of
from ops.checks.findings import OK
from ops.commands import report as report_command
from ops.commands import status as status_commands
from ops.databases import Database, databases_of
from ops.exits import Exit
from ops.platform import Platform
from ops.services import wanted_alarms
from tests.emulators import emulator_in
from tests.iceberg_lake import IcebergLake, Row, platform_on
from tests.ops.conftest import AnsweringFunction, lake_on, rows, told
from tools.local.emulator import Emulator

NAMES: Final = LOCAL.names
RINGS: Final = "Something is wrong."
FULL, PSEUDONYMOUS = databases_of(LOCAL)
MASKED: Final = next(table for table in PSEUDONYMOUS.tables if table.name == MESSAGES.name)
MASKED_NAME: Final = PSEUDONYMOUS.called(MASKED)
#: When the last night's run began.
BEGAN: Final = (datetime.now(UTC) - timedelta(hours=3)).replace(second=0, microsecond=0)
DAY: Final = business_day(BEGAN, LOCAL.normalize.extract.time_zone)
SCHEDULED: Final = replace(
    LOCAL,
    provider=replace(LOCAL.provider, custom_endpoint=True),
    normalize=replace(
        LOCAL.normalize,
        schedule=replace(
            LOCAL.normalize.schedule, enabled=True, cron_expression=f"cron({BEGAN.minute} {BEGAN.hour} * * ? *)"
        ),
    ),
)


class Deployment:
    """What a deployment of the scheduled environment has, without Terraform: enough for everything to be well."""

    def __init__(self, platform: Platform, lake: IcebergLake) -> None:
        self.platform, self.lake = platform, lake

    def make(self) -> None:
        """Make everything but the tables and ETL-1's function."""
        platform, lake = self.platform, self.lake
        lake.s3.put_bucket_notification_configuration(
            Bucket=lake.bucket, NotificationConfiguration={"EventBridgeConfiguration": {}}
        )
        lake.s3.create_bucket(Bucket=NAMES.state_bucket)
        lake.s3.put_bucket_versioning(Bucket=NAMES.state_bucket, VersioningConfiguration={"Status": "Enabled"})
        self.make_source()
        platform.sns.create_topic(Name=NAMES.alerts_topic)
        for queue in (NAMES.normalize_dead_letters, NAMES.etl_dead_letters):
            platform.sqs.create_queue(QueueName=queue)
        for alarm in wanted_alarms(platform):
            platform.cloudwatch.put_metric_alarm(
                AlarmName=alarm, MetricName="m", Namespace="n", Statistic="Sum", Period=60, EvaluationPeriods=1,
                Threshold=1, ComparisonOperator="GreaterThanThreshold",
                AlarmDescription=f"{RINGS} Type: that. See there.",
            )  # fmt: skip
        platform.scheduler.create_schedule_group(Name=NAMES.schedule_group)
        for rule in (NAMES.crawler_failed_rule, NAMES.job_failed_rule, NAMES.slow_job_rule):
            platform.events.put_rule(Name=rule, EventPattern=json.dumps({"source": ["aws.glue"]}))
        self.make_job()
        self.make_rule()
        self.make_trigger()
        self.make_schedule()
        paths = [
            platform.bucket.uri(LOCAL.etl.table_zones.table_prefix(table))
            for table in LOCAL.contract.tables_of_analysts
        ]
        role = lake.iam.create_role(RoleName=NAMES.crawler_role, AssumeRolePolicyDocument="{}")["Role"]["Arn"]
        platform.glue.create_crawler(Name=NAMES.crawler, Role=role, Targets={"IcebergTargets": [{"Paths": paths}]})
        for group, name in platform.environment.workgroups.items():
            results = {"OutputLocation": platform.bucket.uri(LOCAL.etl.results_prefix(group))}
            configuration: Any = {"ResultConfiguration": results}
            platform.athena.create_work_group(Name=name, Configuration=configuration)

    def make_source(self) -> None:
        self.platform.dynamodb.create_table(
            TableName=LOCAL.normalize.dynamo_table_name,
            KeySchema=[{"AttributeName": "PK", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "PK", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def make_job(self, script: str = "") -> None:
        """Make ETL-2's job: what the emulator runs of it is a Python script, and of Spark nothing."""
        command: Any = {"Name": "glueetl", "ScriptLocation": "s3://nowhere/job.py"}
        if script:
            self.lake.put("job.py", script.encode())
            command = {"Name": "pythonshell", "ScriptLocation": f"s3://{self.lake.bucket}/job.py"}
        self.platform.glue.create_job(Name=NAMES.glue_job, Role="role", Command=command)

    def make_rule(self) -> None:
        events = self.platform.events
        events.put_rule(Name=NAMES.arrival_rule, EventPattern=json.dumps({"source": ["aws.s3"]}))
        arn = f"arn:aws:glue:{self.platform.environment.provider.region}:000000000000:workflow/{NAMES.workflow}"
        events.put_targets(Rule=NAMES.arrival_rule, Targets=[{"Id": "workflow", "Arn": arn}])

    def make_trigger(self) -> None:
        self.platform.glue.create_trigger(
            Name=NAMES.arrival_trigger, Type="EVENT", Actions=[{"JobName": NAMES.glue_job}], WorkflowName=NAMES.workflow
        )

    def make_schedule(self, state: Any = "ENABLED") -> None:
        settings = self.platform.environment.normalize.schedule
        assert settings.cron_expression
        self.platform.scheduler.create_schedule(
            Name=NAMES.schedule,
            GroupName=NAMES.schedule_group,
            ScheduleExpression=settings.cron_expression,
            ScheduleExpressionTimezone=settings.time_zone,
            FlexibleTimeWindow={"Mode": "OFF"},
            State=state,
            Target={"Arn": "arn:aws:lambda:us-east-1:000000000000:function:f", "RoleArn": "arn:aws:iam::0:role/r"},
        )

    def run_job(self, script: str, until: str) -> None:
        """Have another job in its place, and run it until Glue says that it is in a state."""
        glue = self.platform.glue
        glue.delete_job(JobName=NAMES.glue_job)
        self.make_job(script)
        run_id = glue.start_job_run(JobName=NAMES.glue_job)["JobRunId"]
        deadline = time.monotonic() + 20
        while glue.get_job_run(JobName=NAMES.glue_job, RunId=run_id)["JobRun"]["JobRunState"] != until:
            assert time.monotonic() < deadline
            time.sleep(0.1)


Breaking = Callable[[Deployment], Iterator[None]]


@contextmanager
def broken_by(breaking: Breaking, made: Deployment) -> Iterator[None]:
    """Have something broken for a while, whatever the test finds of it."""
    steps = breaking(made)
    next(steps)
    try:
        yield
    finally:
        next(steps, None)


def night_of(count: int) -> dict[Dataset, list[Row]]:
    """A night's rows, in two partitions."""
    before = rows(20, "2025-12")
    return {dataset: [*before[dataset], *some] for dataset, some in rows(count - 20).items()}


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One of its own: what a deployment has is not the other tests'."""
    with emulator_in(tmp_path_factory.mktemp("breaks")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    with lake_on(emulator) as lake:
        lake.night(DAY - timedelta(days=1), night_of(30), began=BEGAN - timedelta(days=1))
        lake.night(DAY, night_of(40), began=BEGAN)
        lake.commit(MASKED, night_of(40)[MESSAGES], database=PSEUDONYMOUS.name)
        yield lake


@pytest.fixture(scope="module")
def platform(lake: IcebergLake) -> Platform:
    return platform_on(lake, SCHEDULED)


@pytest.fixture(scope="module")
def deployment(platform: Platform, lake: IcebergLake, function: AnsweringFunction) -> Deployment:
    assert function
    made = Deployment(platform, lake)
    made.make()
    return made


@pytest.fixture
def at(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Let the commands look at this platform, so much later than now."""
    monkeypatch.setattr(Platform, "named", classmethod(lambda *_: platform))

    def set_clock(later: timedelta) -> None:
        for commands in (status_commands, report_command):
            monkeypatch.setattr(commands, "now", lambda: datetime.now(UTC) + later)

    set_clock(timedelta())
    return set_clock


# --- breaks: each undoes itself ---------------------------------------------------------------------------------------


def etl_2_failed(made: Deployment) -> Iterator[None]:
    made.run_job("raise SystemExit('TableMovedError: somebody else committed')", until="FAILED")
    yield
    made.run_job("", until="SUCCEEDED")


def etl_2_is_stuck(made: Deployment) -> Iterator[None]:
    made.run_job("import time; time.sleep(20)", until="RUNNING")
    yield
    made.run_job("", until="SUCCEEDED")


def etl_2_did_not_start(made: Deployment) -> Iterator[None]:
    night = night_of(41)
    summary = made.lake.night(DAY, night, began=BEGAN + timedelta(hours=1), publish=False)
    yield
    made.lake.publish(summary, night)


def run_was_quarantined(made: Deployment) -> Iterator[None]:
    """A check fails: ETL-2 ends with an error, and an alarm rings."""
    night, alarm = night_of(41), NAMES.etl_alarm("data-checks")
    summary = made.lake.night(DAY, night, began=BEGAN + timedelta(hours=1), publish=False)
    made.lake.quarantine(summary.run_id)
    made.run_job("raise SystemExit('QuarantinedError: the run failed 1 check')", until="FAILED")
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="1 datapoint [2.0]")
    yield
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="none")
    made.run_job("", until="SUCCEEDED")
    made.lake.publish(summary, night)


def table_has_vanished(made: Deployment, table: Dataset, database: str = "") -> Iterator[None]:
    name = database or made.lake.database
    with _table(made, name, table):
        made.lake.glue.delete_table(DatabaseName=name, Name=table.name)
        yield


def database_has_vanished(made: Deployment, database: Database) -> Iterator[None]:
    with ExitStack() as tables:
        for each in database.tables:
            tables.enter_context(_table(made, database.name, each))
        made.lake.glue.delete_database(Name=database.name)
        yield
        made.lake.glue.create_database(DatabaseInput={"Name": database.name})


@contextmanager
def _table(made: Deployment, database: str, table: Dataset) -> Iterator[None]:
    """Have the catalog know a table again at the end, as it does now."""
    found = made.lake.glue.get_table(DatabaseName=database, Name=table.name)["Table"]
    yield
    wanted: Any = {name: found[name] for name in ("Name", "TableType", "Parameters", "StorageDescriptor")}
    # Where the remedy has brought it back, it stays.
    with suppress(made.lake.glue.exceptions.AlreadyExistsException):
        made.lake.glue.create_table(DatabaseName=database, TableInput=wanted)


def overwritten(made: Deployment, key: str, change: Callable[[bytes], bytes]) -> Iterator[None]:
    s3, bucket = made.lake.s3, made.lake.bucket
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    damaged = change(content)
    assert len(damaged) == len(content)
    version = s3.put_object(Bucket=bucket, Key=key, Body=damaged)["VersionId"]
    yield
    s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def deleted(made: Deployment, *keys: str) -> Iterator[None]:
    s3, bucket = made.lake.s3, made.lake.bucket
    markers = [(key, s3.delete_object(Bucket=bucket, Key=key)["VersionId"]) for key in keys]
    yield
    for key, marker in markers:
        s3.delete_object(Bucket=bucket, Key=key, VersionId=marker)


def data_files(made: Deployment, table: Dataset = MESSAGES, database: str = "") -> list[str]:
    return [key_of(task.file.file_path) for task in made.lake.table(table, database).scan().plan_files()]


def metadata_file(made: Deployment, table: Dataset = MESSAGES, database: str = "") -> str:
    return key_of(made.lake.table(table, database).metadata_location)


def manifest(made: Deployment) -> str:
    snapshot = made.lake.table(MESSAGES).current_snapshot()
    assert snapshot
    return key_of(snapshot.manifest_list)


def middle_changed(content: bytes) -> bytes:
    """Another byte in the middle: a Parquet file's beginning and end stay as they are."""
    half = len(content) // 2
    return content[:half] + bytes((content[half] ^ 0xFF,)) + content[half + 1 :]


def rule_is_disabled(made: Deployment) -> Iterator[None]:
    made.platform.events.disable_rule(Name=NAMES.arrival_rule)
    yield
    made.platform.events.enable_rule(Name=NAMES.arrival_rule)


def rule_is_deleted(made: Deployment) -> Iterator[None]:
    made.platform.events.remove_targets(Rule=NAMES.arrival_rule, Ids=["workflow"])
    made.platform.events.delete_rule(Name=NAMES.arrival_rule)
    yield
    made.make_rule()


def trigger_is_stopped(made: Deployment) -> Iterator[None]:
    made.platform.glue.stop_trigger(Name=NAMES.arrival_trigger)
    yield
    made.platform.glue.start_trigger(Name=NAMES.arrival_trigger)


def trigger_is_deleted(made: Deployment) -> Iterator[None]:
    made.platform.glue.delete_trigger(Name=NAMES.arrival_trigger)
    yield
    made.make_trigger()


def job_is_deleted(made: Deployment) -> Iterator[None]:
    made.platform.glue.delete_job(JobName=NAMES.glue_job)
    yield
    made.make_job()


def function_is_switched_off(made: Deployment) -> Iterator[None]:
    name = NAMES.normalize_function
    made.platform.lambda_.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=0)
    yield
    made.platform.lambda_.delete_function_concurrency(FunctionName=name)


def call_is_a_dead_letter(made: Deployment) -> Iterator[None]:
    sqs, alarm = made.platform.sqs, NAMES.normalize_alarm("dead-letters")
    queue = sqs.get_queue_url(QueueName=NAMES.normalize_dead_letters)["QueueUrl"]
    sqs.send_message(QueueUrl=queue, MessageBody="{}")
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="1 datapoint [1.0]")
    yield
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="none")
    for message in sqs.receive_message(QueueUrl=queue)["Messages"]:
        sqs.delete_message(QueueUrl=queue, ReceiptHandle=message["ReceiptHandle"])


def schedule_is_disabled(made: Deployment) -> Iterator[None]:
    made.platform.scheduler.delete_schedule(Name=NAMES.schedule, GroupName=NAMES.schedule_group)
    made.make_schedule(state="DISABLED")
    yield
    made.platform.scheduler.delete_schedule(Name=NAMES.schedule, GroupName=NAMES.schedule_group)
    made.make_schedule()


def schedule_is_deleted(made: Deployment) -> Iterator[None]:
    made.platform.scheduler.delete_schedule(Name=NAMES.schedule, GroupName=NAMES.schedule_group)
    yield
    made.make_schedule()


def source_is_gone(made: Deployment) -> Iterator[None]:
    made.platform.dynamodb.delete_table(TableName=LOCAL.normalize.dynamo_table_name)
    yield
    made.make_source()


def alarm_rings(made: Deployment) -> Iterator[None]:
    alarm = NAMES.etl_alarm("data-checks")
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="ALARM", StateReason="1 datapoint [2.0]")
    yield
    made.platform.cloudwatch.set_alarm_state(AlarmName=alarm, StateValue="OK", StateReason="none")


def nothing_has_run_since(_: Deployment) -> Iterator[None]:
    yield


def together(*breaks: Breaking) -> Breaking:
    """What breaks in this order, and is mended in the other."""

    def breaking(made: Deployment) -> Iterator[None]:
        with ExitStack() as broken:
            for each in breaks:
                broken.enter_context(broken_by(each, made))
            yield

    return breaking


@dataclass(frozen=True)
class Break:
    """What breaks, what is said of it, by which findings: a cause has one.

    ``first`` is how the first sentence begins. ``later``: so long after it, it is looked at.
    """

    breaking: Breaking
    sentence: str
    findings: tuple[str, ...]
    first: str = "No data is late: readers see"
    later: timedelta = timedelta()


def of_table(breaking: Breaking, sentence: str, finding: str, table: str = "messages") -> Break:
    return Break(breaking, sentence, (finding,), f"Queries of {table} fail. No data is late: readers see")


_LATE: Final = "Data is late: readers see the run of "
_NIGHT: Final = timedelta(hours=22)
_UNKNOWN: Final = "Whether data is late cannot be told"
BREAKS: Final = {
    # The first: what Glue says of a job's runs is not taken back.
    "ETL-2 did not start": Break(
        etl_2_did_not_start, f"{NAMES.glue_job} has not run since it arrived at ", ("unpublished run",), _LATE
    ),
    "the rule is disabled, and a run arrives": Break(
        together(rule_is_disabled, etl_2_did_not_start),
        f"enable-rule --name {NAMES.arrival_rule}; then python -m tools.local curate",
        ("arrival rule",),
        _LATE,
    ),
    "ETL-2 failed": Break(
        together(etl_2_did_not_start, etl_2_failed), "ETL-2's last run: FAILED at ", ("ETL-2's last run",), _LATE
    ),
    "a run was quarantined": Break(run_was_quarantined, " failed a check\n", ("unpublished run",), _LATE),
    "ETL-2 is stuck": Break(
        etl_2_is_stuck,
        "it is stuck, for 60 is the most it may take",
        ("ETL-2's last run",),
        later=timedelta(hours=9),
    ),
    "a table has vanished": of_table(
        lambda made: table_has_vanished(made, REJECTED), "rejected is not in the Data Catalog", "tables", "rejected"
    ),
    "the table of runs has vanished": Break(
        lambda made: table_has_vanished(made, RUNS),
        "runs is not in the Data Catalog",
        ("tables",),
        f"Queries of runs fail. {_UNKNOWN}",
    ),
    "the database has vanished": Break(
        lambda made: database_has_vanished(made, FULL),
        f"the database {FULL.name} does not exist\n  → make demo; then python -m ops restore",
        ("tables",),
        f"Queries of {', '.join(table.name for table in FULL.tables)} fail. {_UNKNOWN}",
    ),
    "data files are deleted": of_table(
        lambda made: deleted(made, *data_files(made)), "more of its files likewise; queries that read it fail", "files"
    ),
    "the table of runs lacks a data file": of_table(
        lambda made: deleted(made, *data_files(made, RUNS)), "was deleted at ", "files", "runs"
    ),
    "a data file is damaged": of_table(
        lambda made: overwritten(made, data_files(made)[0], middle_changed), "was overwritten at ", "files"
    ),
    "a manifest is damaged": of_table(
        lambda made: overwritten(made, manifest(made), middle_changed), "was overwritten at ", "files"
    ),
    "a manifest is deleted": of_table(lambda made: deleted(made, manifest(made)), "avro was deleted at ", "files"),
    "metadata is deleted": of_table(
        lambda made: deleted(made, metadata_file(made)), "metadata.json is missing", "tables"
    ),
    "metadata is damaged": of_table(
        lambda made: overwritten(made, metadata_file(made), lambda content: b"!" + content[1:]),
        "metadata.json is damaged",
        "tables",
    ),
    "metadata says something else": of_table(
        lambda made: overwritten(made, metadata_file(made), lambda content: content.replace(b"40", b"41")),
        "was overwritten at ",
        "files",
    ),
    "a pseudonymous table has vanished": of_table(
        lambda made: table_has_vanished(made, MASKED, PSEUDONYMOUS.name),
        f"{MASKED_NAME} is not in the Data Catalog",
        "tables",
        MASKED_NAME,
    ),
    "the pseudonymous database has vanished": of_table(
        lambda made: database_has_vanished(made, PSEUDONYMOUS),
        f"the database {PSEUDONYMOUS.name} does not exist",
        "tables",
        ", ".join(PSEUDONYMOUS.called(table) for table in PSEUDONYMOUS.tables),
    ),
    "a pseudonymous data file is deleted": of_table(
        lambda made: deleted(made, data_files(made, MASKED, PSEUDONYMOUS.name)[0]),
        f"files: {MASKED_NAME}: ",
        "files",
        MASKED_NAME,
    ),
    "pseudonymous metadata is deleted": of_table(
        lambda made: deleted(made, metadata_file(made, MASKED, PSEUDONYMOUS.name)),
        "metadata.json is missing",
        "tables",
        MASKED_NAME,
    ),
    "the rule is disabled": Break(
        rule_is_disabled, f"arrival rule: {NAMES.arrival_rule} is DISABLED", ("arrival rule",)
    ),
    "the rule is deleted": Break(
        rule_is_deleted, f"arrival rule: {NAMES.arrival_rule} does not exist", ("arrival rule",)
    ),
    "the trigger is stopped": Break(
        trigger_is_stopped, f"workflow: {NAMES.arrival_trigger} is DEACTIVATED", ("workflow",)
    ),
    "the trigger is deleted": Break(
        trigger_is_deleted, f"workflow: the trigger {NAMES.arrival_trigger} does not exist", ("workflow",)
    ),
    "the job is deleted": Break(job_is_deleted, f"the job {NAMES.glue_job} does not exist", ("ETL-2",)),
    "the function is switched off": Break(
        function_is_switched_off,
        "its reserved concurrency is 0; therefore the schedule's run of ",
        ("ETL-1",),
        _LATE,
        _NIGHT,
    ),
    "the function is switched off, and calls of it are lost": Break(
        together(function_is_switched_off, call_is_a_dead_letter),
        "holds 1\n  → make demo; then python -m ops redrive",
        ("ETL-1",),
    ),
    "the schedule is disabled": Break(
        schedule_is_disabled, f"schedule: {NAMES.schedule} is DISABLED", ("schedule",), _LATE, _NIGHT
    ),
    "the schedule is deleted": Break(
        schedule_is_deleted, f"schedule: {NAMES.schedule} does not exist\n", ("schedule",)
    ),
    "the source table is gone": Break(
        source_is_gone, "does not exist: no run can begin\n  → have its owner restore it", ("source table",)
    ),
    "an alarm rings": Break(alarm_rings, f" UTC: {RINGS}\n  → See there.", ("alarms",)),
    "two things at once": Break(
        together(schedule_is_disabled, job_is_deleted),
        f"the job {NAMES.glue_job} does not exist",
        ("ETL-2", "schedule"),
    ),
    "the schedule made no run": Break(
        nothing_has_run_since, "freshness: the schedule's run of ", ("freshness",), _LATE, _NIGHT
    ),
}
#: The report shows what status says: of these it is looked at.
REPORTED: Final = ("ETL-2 failed", "a data file is damaged", "the schedule made no run")
#: Of these the remedy is followed, as it stands.
FOLLOWED: Final = (
    "a pseudonymous table has vanished",
    "a pseudonymous data file is deleted",
    "pseudonymous metadata is deleted",
)


@pytest.mark.usefixtures("deployment", "at")
def test_a_deployment_in_order_is_well(ops: Callable[..., Result]) -> None:
    for command in ("status", "doctor"):
        done = ops(command)
        assert (done.exit_code, "all is well" in done.stdout) == (Exit.WELL, True), done.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_said_once(
    ops: Callable[..., Result], deployment: Deployment, at: Callable[[timedelta], None], name: str, tmp_path: Path
) -> None:
    wanted = BREAKS[name]
    with broken_by(wanted.breaking, deployment):
        at(wanted.later)
        done = ops("status")
        assert wanted.sentence in done.stdout
        assert f"\n{wanted.first}" in done.stdout
        assert (done.exit_code, "all is well" in done.stdout) == (Exit.ATTENTION, False)
        findings = [each for each in told(ops("doctor", "--json"))["findings"] if each["state"] != OK]
        assert tuple(each["check"] for each in findings) == wanted.findings, findings
        if name in REPORTED:
            page = tmp_path / "report.html"
            done = ops("report", "--language", "es", "--output", str(page))
            said = html.unescape(page.read_text(encoding="utf-8"))
            assert (done.exit_code, f'<span lang="en">{findings[0]["check"]}: ' in said) == (Exit.WELL, True)
            assert wanted.sentence in said
            assert ("Los datos están atrasados: se ve la ejecución del " in said) == (wanted.first == _LATE)
        if name in FOLLOWED:
            command = re.search(r"python -m ops (restore --env local( --\S+ [^\s;]+)*)", findings[0]["remedy"])
            assert command
            assert ops(*command[1].split(), "--yes").exit_code == Exit.WELL
            assert told(ops("doctor", "--json"))["well"]


@pytest.mark.usefixtures("at")
def test_doctor_sees_that_failures_are_told_to_nobody(ops: Callable[..., Result], deployment: Deployment) -> None:
    events, name = deployment.platform.events, NAMES.job_failed_rule
    events.disable_rule(Name=name)
    done = ops("doctor")
    assert (
        f"{name} is DISABLED: what it tells of is told to nobody\n    → aws events enable-rule --name {name}"
        in done.stdout
    )
    assert done.exit_code == Exit.ATTENTION
    events.enable_rule(Name=name)


@pytest.mark.usefixtures("deployment", "at")
def test_what_is_mended_is_well_again(ops: Callable[..., Result]) -> None:
    done = ops("status")
    assert (done.exit_code, "all is well" in done.stdout) == (Exit.WELL, True), done.stdout
