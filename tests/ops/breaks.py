"""What can break in a deployment: each is a generator that breaks it, and mends it when it goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any

from contract.datasets import Dataset
from contract.sources.catia import MESSAGES
from envs.local import LOCAL
from glue_src.maintenance import key_of
from ops.databases import Database
from tests.ops.deployment import BEGAN, DAY, NAMES, Deployment, night_of

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


def etl_2_failed(made: Deployment) -> Iterator[None]:
    made.run_job("raise SystemExit('TableMovedError: somebody else committed')", until="FAILED")
    yield
    made.run_job("", until="SUCCEEDED")


def etl_2_is_stuck(made: Deployment) -> Iterator[None]:
    made.run_job("import time; time.sleep(20)", until="RUNNING")
    yield
    made.run_job("", until="SUCCEEDED")


def etl_2_did_not_start(made: Deployment) -> Iterator[None]:
    return _unpublished(made, BEGAN + timedelta(hours=1))


def run_arrives_now(made: Deployment) -> Iterator[None]:
    return _unpublished(made, datetime.now(UTC).replace(second=0, microsecond=0))


def _unpublished(made: Deployment, began: datetime) -> Iterator[None]:
    night = night_of(41)
    summary = made.lake.night(DAY, night, began=began, publish=False)
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
