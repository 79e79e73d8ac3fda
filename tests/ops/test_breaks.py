"""Each thing that can break, really broken on the emulator: status, doctor and the report say it, none says well."""

from __future__ import annotations

import html
import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from typer.testing import Result

from contract.layout import business_day, table_prefix
from contract.sources.catia import MESSAGES
from envs.local import LOCAL
from ops.commands import report as report_command
from ops.commands import status as status_commands
from ops.exits import Exit
from ops.platform import Platform
from ops.services import wanted_alarms
from tests.emulators import emulator_in
from tests.iceberg_lake import IcebergLake, platform_on
from tests.ops.conftest import AnsweringFunction, lake_on, rows
from tools.local.emulator import Emulator

NAMES: Final = LOCAL.names
RINGS: Final = "Something is wrong."
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

    def newest(self, prefix: str, ending: str) -> str:
        """The object of that ending that was written last."""
        found = self.lake.s3.list_objects_v2(Bucket=self.lake.bucket, Prefix=prefix)["Contents"]
        return max((each["LastModified"], each["Key"]) for each in found if each["Key"].endswith(ending))[1]


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    """One of its own: what a deployment has is not the other tests'."""
    with emulator_in(tmp_path_factory.mktemp("breaks")) as emulator:
        yield emulator


@pytest.fixture(scope="module")
def lake(emulator: Emulator) -> Iterator[IcebergLake]:
    with lake_on(emulator) as lake:
        lake.night(DAY - timedelta(days=1), rows(30), began=BEGAN - timedelta(days=1))
        lake.night(DAY, rows(40), began=BEGAN)
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
    night = rows(41)
    summary = made.lake.night(DAY, night, began=BEGAN + timedelta(hours=1), publish=False)
    yield
    made.lake.publish(summary, night)


def table_has_vanished(made: Deployment) -> Iterator[None]:
    glue, database = made.lake.glue, made.lake.database
    table = glue.get_table(DatabaseName=database, Name="rejected")["Table"]
    glue.delete_table(DatabaseName=database, Name="rejected")
    yield
    wanted: Any = {name: table[name] for name in ("Name", "TableType", "Parameters", "StorageDescriptor")}
    glue.create_table(DatabaseName=database, TableInput=wanted)


def overwritten(made: Deployment, key: str, change: Callable[[bytes], bytes]) -> Iterator[None]:
    s3, bucket = made.lake.s3, made.lake.bucket
    content = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
    damaged = change(content)
    assert len(damaged) == len(content)
    version = s3.put_object(Bucket=bucket, Key=key, Body=damaged)["VersionId"]
    yield
    s3.delete_object(Bucket=bucket, Key=key, VersionId=version)


def deleted(made: Deployment, key: str) -> Iterator[None]:
    marker = made.lake.s3.delete_object(Bucket=made.lake.bucket, Key=key)["VersionId"]
    yield
    made.lake.s3.delete_object(Bucket=made.lake.bucket, Key=key, VersionId=marker)


def data_file(made: Deployment) -> str:
    return made.newest(table_prefix(LOCAL.etl.curated_prefix, MESSAGES), ".parquet")


def metadata_file(made: Deployment) -> str:
    return str(made.lake.table(MESSAGES).metadata_location).partition(f"{made.lake.bucket}/")[2]


def manifest(made: Deployment) -> str:
    snapshot = made.lake.table(MESSAGES).current_snapshot()
    assert snapshot
    return snapshot.manifest_list.partition(f"{made.lake.bucket}/")[2]


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


BREAKS: Final = {
    # The first: what Glue says of a job's runs is not taken back.
    "ETL-2 did not start": (etl_2_did_not_start, f"{NAMES.glue_job} has not run since it arrived at "),
    "ETL-2 failed": (etl_2_failed, "ETL-2's last run: FAILED at "),
    "ETL-2 is stuck": (etl_2_is_stuck, "it is stuck, for 60 is the most it may take"),
    "a table has vanished": (table_has_vanished, "Queries of rejected fail. "),
    "a data file is deleted": (lambda made: deleted(made, data_file(made)), "was deleted at "),
    "a data file is damaged": (lambda made: overwritten(made, data_file(made), middle_changed), "was overwritten at "),
    "a manifest is damaged": (lambda made: overwritten(made, manifest(made), middle_changed), "was overwritten at "),
    "a manifest is deleted": (lambda made: deleted(made, manifest(made)), "messages: "),
    "metadata is deleted": (lambda made: deleted(made, metadata_file(made)), "metadata.json is missing"),
    "metadata is damaged": (
        lambda made: overwritten(made, metadata_file(made), lambda content: b"!" + content[1:]),
        "metadata.json is damaged",
    ),
    "metadata says something else": (
        lambda made: overwritten(made, metadata_file(made), lambda content: content.replace(b"40", b"41")),
        "was overwritten at ",
    ),
    "the rule is disabled": (rule_is_disabled, f"arrival rule: {NAMES.arrival_rule} is DISABLED"),
    "the rule is deleted": (rule_is_deleted, f"arrival rule: {NAMES.arrival_rule} does not exist"),
    "the trigger is stopped": (trigger_is_stopped, f"workflow: {NAMES.arrival_trigger} is DEACTIVATED"),
    "the trigger is deleted": (trigger_is_deleted, f"workflow: the trigger {NAMES.arrival_trigger} does not exist"),
    "the job is deleted": (job_is_deleted, f"the job {NAMES.glue_job} does not exist"),
    "the function is switched off": (function_is_switched_off, "its reserved concurrency is 0"),
    "the schedule is disabled": (schedule_is_disabled, f"schedule: {NAMES.schedule} is DISABLED"),
    "the schedule is deleted": (schedule_is_deleted, f"schedule: {NAMES.schedule} does not exist"),
    "the source table is gone": (source_is_gone, "does not exist: no run can begin\n  → have its owner restore it"),
    "an alarm rings": (alarm_rings, f" UTC: {RINGS}\n  → See there."),
    "the schedule made no run": (nothing_has_run_since, "freshness: readers see the run of"),
}
#: Doctor makes status's checks too, and the report shows what they find: of these they are looked at.
EVERYWHERE: Final = ("ETL-2 failed", "a data file is damaged", "the schedule made no run")
#: Of these it is said first that data is late, and of no others.
LATE: Final = ("ETL-2 did not start", "the schedule made no run")
#: So long after the break it is looked at, where not at once.
LATER: Final = {"ETL-2 is stuck": timedelta(hours=9), "the schedule made no run": timedelta(hours=22)}


@pytest.mark.usefixtures("deployment", "at")
def test_a_deployment_in_order_is_well(ops: Callable[..., Result]) -> None:
    for command in ("status", "doctor"):
        done = ops(command)
        assert (done.exit_code, "all is well" in done.stdout) == (Exit.WELL, True), done.stdout


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_broken_is_said(
    ops: Callable[..., Result], deployment: Deployment, at: Callable[[timedelta], None], name: str, tmp_path: Path
) -> None:
    breaking, sentence = BREAKS[name]
    with contextmanager(breaking)(deployment):
        at(LATER.get(name, timedelta()))
        for command in ("status", "doctor") if name in EVERYWHERE else ("status",):
            done = ops(command)
            assert sentence in done.stdout
            assert ("\nData is late: readers see the run of " in done.stdout) == (name in LATE)
            assert ("No data is late: readers see" in done.stdout) == (name not in LATE)
            assert (done.exit_code, "all is well" in done.stdout) == (Exit.ATTENTION, False)
        if name in EVERYWHERE:
            page = tmp_path / "report.html"
            done = ops("report", "--output", str(page))
            assert (done.exit_code, sentence in html.unescape(page.read_text(encoding="utf-8"))) == (Exit.WELL, True)


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
