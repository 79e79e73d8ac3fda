"""ETL-2 as the deployed function: started by the rule, and its tables are the Spark job's.

It is deployed with a KMS key of its own, which tests/integration/test_own_key.py is about. That changes no plan, no
table and no call of its role: what is told of those here is the same without it.
"""

from __future__ import annotations

import json
import time
from contextlib import closing
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local.aws_environment import REGION
from local.demo import open_warehouse
from local.errors import FunctionError
from local.function_log import FunctionLog
from local.reconciliation import reconcile
from local.sample_faults import FAULTS
from modules.contract.datasets import DATA_QUALITY
from modules.contract.layout import clean_key, parse_day, quarantine_day_prefix
from modules.naming import Names
from sources.catia import CONTRACT
from tests.integration.conftest import DAY, EARLIER_DAY, Run, rows, run_etl1
from tests.integration.evidence import check_made_as_recorded, refusing
from tests.integration.plans import STACKS, changes_in
from tests.integration.test_deployment import (
    ALARM_GAPS,
    CREATION_GAPS,
    ETL_ALARM_GAPS,
    FUNCTION_ALARM_GAPS,
    KNOWN_GAPS,
)
from tests.queue_policies import from_topic

if TYPE_CHECKING:
    from collections.abc import Callable

    from local.pipeline import Pipeline

NAMES = Names("local")
CLEAN_PREFIX, CURATED_PREFIX = "reports/etl-process1/", "reports/etl-process2/"
UNFINISHED_DAY = parse_day("2026-01-20")
UNFINISHED_RUN = "20260120T043000.000000Z-00000000"
FAULTY_AT = datetime(2026, 1, 28, 12, tzinfo=timezone.utc)
#: The emulator waits a second, then two, before it tries a failed event again.
SECONDS_TO_GIVE_UP = 60
CREDENTIALS: Any = {"aws_access_key_id": "test", "aws_secret_access_key": "test"}
#: Of the check's columns, those that no two runs share.
OF_THE_RUN = ("run_id", "checked_at")


@pytest.fixture(scope="module")
def pipeline(arrow_with_key: Pipeline) -> Pipeline:
    return arrow_with_key


def test_plans_change_only_what_the_emulator_does_not_keep(arrow_plans: dict[str, Any]) -> None:
    normalize, etl = (changes_in(arrow_plans[stack]) for stack in STACKS)
    assert normalize == KNOWN_GAPS[NAMES.normalize_stack]
    crawler = "aws_glue_crawler.curated"
    assert etl == {
        **ETL_ALARM_GAPS,
        **FUNCTION_ALARM_GAPS,
        "aws_cloudwatch_metric_alarm.waiting": ALARM_GAPS,
        crawler: CREATION_GAPS[NAMES.etl_stack][crawler],
    }


def test_arrival_starts_the_function_and_both_engines_make_the_same_tables(pipeline: Pipeline, first_run: Run) -> None:
    summary = run_etl1(pipeline)
    assert pipeline.await_arrival().key.endswith(f"/conversations-{summary.run_id}.csv")
    pipeline.curate(summary)

    warehouse = open_warehouse(pipeline.workspace)
    with closing(warehouse.open()) as athena:
        reconcile(CONTRACT, summary, athena, warehouse.partitions())
        for dataset in CONTRACT.datasets:
            # In the same order, too.
            assert rows(athena, dataset.name) == rows(first_run.athena, dataset.name), dataset.name
        checks, by_spark = (
            [{name: value for name, value in row.items() if name not in OF_THE_RUN} for row in found]
            for found in (rows(athena, DATA_QUALITY.name), rows(first_run.athena, DATA_QUALITY.name))
        )
    assert checks == by_spark
    assert {check["outcome"] for check in checks} == {"passed"}


def test_function_starts_the_crawler(pipeline: Pipeline) -> None:
    crawler = pipeline.workspace.clients().glue.get_crawler(Name=NAMES.crawler)["Crawler"]
    assert crawler["State"] != "READY" or crawler["LastCrawl"]["Status"] == "SUCCEEDED"


def test_run_that_fails_a_check_is_quarantined_and_counted(pipeline: Pipeline, sample: list[dict[str, Any]]) -> None:
    clients, day = pipeline.workspace.clients(), parse_day(EARLIER_DAY)
    faulty = [fault("usuario-1", FAULTY_AT) for fault in FAULTS.values()]
    try:
        pipeline.workspace.source_table().load(faulty)
        summary = run_etl1(pipeline, EARLIER_DAY)
        assert summary.items.rejected_total > summary.items.scanned / 4
        with pytest.raises(
            FunctionError, match=rf"(?s){summary.run_id} of {day} is not in the tables.*quarantined under"
        ):
            pipeline.curate(summary)
    finally:
        pipeline.workspace.source_table().load(sample)

    held = clients.s3.list_objects_v2(
        Bucket=NAMES.reports_bucket, Prefix=f"{quarantine_day_prefix(CURATED_PREFIX, day)}{summary.run_id}/"
    )
    assert held["KeyCount"] == len(CONTRACT.datasets)
    assert failed_checks(pipeline) >= 1
    warehouse = open_warehouse(pipeline.workspace)
    assert {partition.table for partition in warehouse.partitions() if partition.day == EARLIER_DAY} == {
        DATA_QUALITY.name
    }
    with closing(warehouse.open()) as athena:
        outcomes = {check["outcome"] for check in rows(athena, DATA_QUALITY.name, EARLIER_DAY)}
    assert outcomes == {"passed", "failed"}

    # The day is taken from the next run that is as it should be.
    again = run_etl1(pipeline, EARLIER_DAY)
    pipeline.curate(again)
    with closing(warehouse.open()) as athena:
        reconcile(CONTRACT, again, athena, warehouse.partitions())


def failed_checks(pipeline: Pipeline) -> float:
    """The deployed alarm's metric, added up over all of this session."""
    cloudwatch = pipeline.workspace.clients().cloudwatch
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[NAMES.etl_alarm("data-checks")])["MetricAlarms"]
    found = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        # What the emulator does not keep of an alarm; tests/synth has it from the stack.
        Dimensions=[{"Name": "environment", "Value": NAMES.env}],
        StartTime=datetime(2020, 1, 1, tzinfo=timezone.utc),
        EndTime=datetime.now(timezone.utc),
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def test_failure_of_the_function_reaches_the_topic(pipeline: Pipeline) -> None:
    clients = pipeline.workspace.clients()
    queue_url = subscribe_to_alerts(pipeline)
    key = clean_key(CLEAN_PREFIX, CONTRACT.datasets[-1], UNFINISHED_DAY, UNFINISHED_RUN)
    now, log = datetime.now(timezone.utc), FunctionLog(clients.logs, NAMES.etl_log_group)
    clients.s3.put_object(Bucket=NAMES.reports_bucket, Key=key, Body=b"")
    try:
        # Its arrival starts the function, but the emulator gives what a rule delivers no second try and no
        # destination: that it has for events which are sent to the function itself.
        until(lambda: any("FailedDaysError" in line for line in log.since(now)))
        clients.lambda_.invoke(FunctionName=NAMES.etl_function, InvocationType="Event", Payload=b"{}")
        (alert,) = until(lambda: [message for message in told(pipeline, queue_url) if "responsePayload" in message])
        # The emulator counts errors of calls that are waited for, and looks at its alarms when metrics come: those that
        # the second run sends before it fails.
        for _ in range(2):
            assert "FunctionError" in clients.lambda_.invoke(FunctionName=NAMES.etl_function, Payload=b"{}")
        (alarm,) = clients.cloudwatch.describe_alarms(AlarmNames=[NAMES.etl_alarm("errors")])["MetricAlarms"]
    finally:
        clients.s3.delete_object(Bucket=NAMES.reports_bucket, Key=key)
    assert alert["requestContext"]["functionArn"].endswith(f":{NAMES.etl_function}")
    assert f"{UNFINISHED_DAY} has no complete run" in alert["responsePayload"]["errorMessage"]
    assert alarm["StateValue"] == "ALARM"


def told(pipeline: Pipeline, queue_url: str) -> list[dict[str, Any]]:
    """What the topic was told since this was last asked: by Lambda, and by alarms."""
    answer = pipeline.workspace.clients().sqs.receive_message(
        QueueUrl=queue_url, MaxNumberOfMessages=10, WaitTimeSeconds=5
    )
    return [json.loads(json.loads(message["Body"])["Message"]) for message in answer.get("Messages", [])]


def subscribe_to_alerts(pipeline: Pipeline) -> str:
    clients, endpoint_url = pipeline.workspace.clients(), pipeline.workspace.emulator.endpoint_url()
    session: Any = boto3.Session(**CREDENTIALS, region_name=REGION)
    with closing(session.client("sns", endpoint_url=endpoint_url)) as sns:
        (topic_arn,) = [topic["TopicArn"] for topic in sns.list_topics()["Topics"]]
        assert topic_arn.endswith(f":{NAMES.alerts_topic}")
        url = clients.sqs.create_queue(QueueName="alerts", Attributes={"Policy": from_topic(topic_arn)})["QueueUrl"]
        found = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
        sns.subscribe(TopicArn=topic_arn, Protocol="sqs", Endpoint=found["QueueArn"])
    return url


def until(found: Callable[[], Any]) -> Any:
    """Return what ``found`` returns, once that is something."""
    deadline = time.monotonic() + SECONDS_TO_GIVE_UP
    while not (result := found()):
        assert time.monotonic() < deadline, "nothing was found in time"
        time.sleep(0.25)
    return result


def test_function_fails_without_one_of_its_rights(pipeline: Pipeline) -> None:
    clients = pipeline.workspace.clients()
    for action in ("s3:ListBucket", "glue:GetPartitions"):
        with refusing(pipeline.workspace, NAMES.etl_function_role, action):
            answer = clients.lambda_.invoke(FunctionName=NAMES.etl_function, Payload=b"{}")
            assert "FunctionError" in answer
            assert action in answer["Payload"].read().decode()


def test_function_mends_tables_and_forgets_days_whose_files_have_expired(pipeline: Pipeline) -> None:
    for day in (DAY, EARLIER_DAY):
        pipeline.curate(run_etl1(pipeline, day))
    lose_a_column_of_each_table_and_a_days_files(pipeline, EARLIER_DAY)
    answer = pipeline.workspace.clients().lambda_.invoke(FunctionName=NAMES.etl_function, Payload=b"{}")
    assert "FunctionError" not in answer, answer["Payload"].read()
    assert EARLIER_DAY not in {partition.day for partition in open_warehouse(pipeline.workspace).partitions()}
    assert columns_in_the_catalog(pipeline) == {table.name: list(table.column_names) for table in CONTRACT.tables}


def columns_in_the_catalog(pipeline: Pipeline) -> dict[str, list[str]]:
    glue = pipeline.workspace.clients().glue
    tables = [glue.get_table(DatabaseName=NAMES.database, Name=table.name)["Table"] for table in CONTRACT.tables]
    return {table["Name"]: [column["Name"] for column in table["StorageDescriptor"]["Columns"]] for table in tables}


def lose_a_column_of_each_table_and_a_days_files(pipeline: Pipeline, day: str) -> None:
    """Do what an older deployment and the bucket's lifecycle leave behind."""
    clients = pipeline.workspace.clients()
    for table in CONTRACT.tables:
        found: Any = clients.glue.get_table(DatabaseName=NAMES.database, Name=table.name)["Table"]
        storage = {**found["StorageDescriptor"], "Columns": found["StorageDescriptor"]["Columns"][:-1]}
        kept = {name: found[name] for name in ("Name", "TableType", "PartitionKeys", "Parameters") if name in found}
        older: Any = {**kept, "StorageDescriptor": storage}
        clients.glue.update_table(DatabaseName=NAMES.database, TableInput=older)
    listed = clients.s3.list_objects_v2(Bucket=NAMES.reports_bucket, Prefix="reports/")["Contents"]
    expired = [entry["Key"] for entry in listed if f"dt={day}" in entry["Key"]]
    assert expired
    for key in expired:
        clients.s3.delete_object(Bucket=NAMES.reports_bucket, Key=key)


def test_function_did_what_is_recorded_of_it(pipeline: Pipeline) -> None:
    def do_all() -> None:
        for day in (EARLIER_DAY, DAY, EARLIER_DAY):
            pipeline.curate(run_etl1(pipeline, day))
        lose_a_column_of_each_table_and_a_days_files(pipeline, EARLIER_DAY)
        pipeline.workspace.clients().lambda_.invoke(FunctionName=NAMES.etl_function, Payload=b"{}")

    check_made_as_recorded(pipeline.workspace, [NAMES.etl_function_role], do_all)
