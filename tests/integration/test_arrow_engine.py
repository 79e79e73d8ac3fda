"""ETL-2 as the deployed function: started by the rule, and its tables are the Spark job's.

It is deployed with a KMS key of its own, which tests/integration/test_own_key.py is about. That changes no plan, no
table and no call of its role: what is told of those here is the same without it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from contract.datasets import DATA_QUALITY
from contract.layout import quarantine_key
from contract.runs import RunSummary
from contract.settings import TransformArgument
from contract.sources.catia import CONTRACT, MESSAGES
from envs.naming import Names
from tests.integration.conftest import EARLIER_DAY, Run, in_order, metadata_of, night, rows
from tests.integration.evidence import check_made_as_recorded, refusing
from tests.integration.plans import STACKS, changes_in
from tests.integration.test_deployment import CREATION_GAPS, KNOWN_GAPS
from tests.queue_policies import from_topic
from tests.unit.ops.command import ops_here
from tools.local.aws_environment import REGION
from tools.local.engines import shell_variables
from tools.local.errors import FunctionError
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import reconcile
from tools.local.sample_faults import FAULTS
from tools.local.trino.client import Connection

NAMES = Names("local")
RESTRICTED_PREFIX = "reports/etl-process2-restricted/"
FAULTY_AT = datetime(2026, 1, 28, 12, tzinfo=UTC)
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
        crawler: CREATION_GAPS[NAMES.etl_stack][crawler],
        # It forgets the tags of what is uploaded in parts.
        "aws_s3_object.layer": {"tags", "tags_all"},
    }


@pytest.fixture(scope="module")
def athena(pipeline: Pipeline) -> Connection:
    return pipeline.workspace.trino.connection()


@pytest.fixture(scope="module")
def taken(pipeline: Pipeline, athena: Connection) -> RunSummary:
    """The sample's run, which the rule has started the function for."""
    summary = night(pipeline)
    reconcile(CONTRACT, summary, athena)
    return summary


def test_both_engines_make_the_same_tables(taken: RunSummary, athena: Connection, first_run: Run) -> None:
    for dataset in CONTRACT.datasets:
        assert in_order(rows(athena, dataset.name)) == in_order(first_run.rows(dataset.name)), dataset.name
    checks = {
        engine: checks_of(asked, run)
        for engine, asked, run in (
            ("arrow", athena, taken.run_id),
            ("spark", first_run.athena, first_run.summary.run_id),
        )
    }
    assert checks["arrow"] == checks["spark"]
    assert {check["outcome"] for check in checks["arrow"]} == {"passed"}


def checks_of(athena: Connection, run_id: str) -> list[dict[str, Any]]:
    """A run's checks, but for what no two runs share."""
    found = [row for row in rows(athena, DATA_QUALITY.name) if row["run_id"] == run_id]
    return in_order([{name: value for name, value in row.items() if name not in OF_THE_RUN} for row in found])


def test_crawler_is_left_alone(pipeline: Pipeline, taken: RunSummary) -> None:
    """It runs on demand: one that ran beside a commit could publish another metadata file (docs/adr)."""
    assert taken
    crawler = pipeline.workspace.clients().glue.get_crawler(Name=NAMES.crawler)["Crawler"]
    assert (crawler["State"], crawler.get("LastCrawl")) == ("READY", None)


def test_run_that_fails_a_check_is_quarantined_and_counted(
    pipeline: Pipeline, taken: RunSummary, athena: Connection, sample: list[dict[str, Any]]
) -> None:
    assert taken
    faulty = [fault("usuario-1", FAULTY_AT) for fault in FAULTS.values()]
    before = metadata_of(pipeline)
    try:
        pipeline.workspace.source_table().load(faulty)
        # Almost nothing is left: that alone holds the run, until somebody says that it may be so.
        with pytest.raises(FunctionError, match=r"(?s)is not recorded.*is held.*--accept-removal"):
            night(pipeline, EARLIER_DAY)
        with pytest.raises(FunctionError, match=r"(?s)is not recorded.*failed 1 check"):
            night(pipeline, EARLIER_DAY, accept_removal=True)
    finally:
        pipeline.workspace.source_table().load(sample)
    assert metadata_of(pipeline) == before
    (run_id,) = {row["run_id"] for row in rows(athena, DATA_QUALITY.name) if row["outcome"] == "failed"}
    s3 = pipeline.workspace.clients().s3
    held = json.loads(
        s3.get_object(Bucket=NAMES.reports_bucket, Key=quarantine_key(RESTRICTED_PREFIX, run_id))["Body"].read()
    )
    assert (held["run_id"], held["business_day"]) == (run_id, EARLIER_DAY)
    assert failed_checks(pipeline) >= 1

    # The next run is as it should be.
    reconcile(CONTRACT, night(pipeline, EARLIER_DAY), athena)


def failed_checks(pipeline: Pipeline) -> float:
    """The deployed alarm's metric, added up over all of this session."""
    cloudwatch = pipeline.workspace.clients().cloudwatch
    (alarm,) = cloudwatch.describe_alarms(AlarmNames=[NAMES.etl_alarm("data-checks")])["MetricAlarms"]
    found = cloudwatch.get_metric_statistics(
        Namespace=alarm["Namespace"],
        MetricName=alarm["MetricName"],
        # What the emulator does not keep of an alarm; tests/synth has it from the stack.
        Dimensions=[{"Name": "environment", "Value": NAMES.env}],
        StartTime=datetime(2020, 1, 1, tzinfo=UTC),
        EndTime=datetime.now(UTC),
        Period=86400,
        Statistics=["Sum"],
    )
    return sum(point["Sum"] for point in found["Datapoints"])


def test_failure_of_the_function_reaches_the_topic_without_anybodys_words(
    pipeline: Pipeline, taken: RunSummary, sample: list[dict[str, Any]]
) -> None:
    assert taken
    clients = pipeline.workspace.clients()
    queue_url = subscribe_to_alerts(pipeline)
    # It has read and written all messages when it is refused.
    event = json.dumps({TransformArgument.REBUILD: MESSAGES.name}).encode()
    with refusing(pipeline.workspace, NAMES.etl_function_role, "glue:UpdateTable"):
        # The emulator gives what a rule delivers no second try and no destination: that it has for events which are
        # sent to the function itself.
        clients.lambda_.invoke(FunctionName=NAMES.etl_function, InvocationType="Event", Payload=event)
        (alert,) = until(lambda: [message for message in told(pipeline, queue_url) if "responsePayload" in message])
        # The emulator counts errors of calls that are waited for, and looks at its alarms when metrics come.
        assert "FunctionError" in clients.lambda_.invoke(FunctionName=NAMES.etl_function, Payload=event)
    night(pipeline)
    (alarm,) = clients.cloudwatch.describe_alarms(AlarmNames=[NAMES.etl_alarm("errors")])["MetricAlarms"]
    assert alert["requestContext"]["functionArn"].endswith(f":{NAMES.etl_function}")
    assert "glue:UpdateTable" in alert["responsePayload"]["errorMessage"]
    assert alarm["StateValue"] == "ALARM"
    # They name the engine: else ops would look for a Glue job.
    asked = ops_here("logs", "etl", "--env", "local", "--since", "1h", environment=shell_variables(pipeline.workspace))
    logged = asked.stdout
    assert "glue:UpdateTable" in logged
    words = said_in(sample)
    assert len(words) > 100
    assert [word for word in words if word in json.dumps(alert, ensure_ascii=False) + logged] == []


def said_in(items: list[dict[str, Any]]) -> set[str]:
    """Texts of people in the source's items, long enough to stand nowhere by chance."""
    texts = (text for item in items for text in leaves(item.get("Conversation")) + leaves(item.get("UserData")))
    return {text for text in texts if len(text) > 12}


def leaves(value: Any) -> list[str]:
    """All texts in a value."""
    if isinstance(value, dict | list):
        return [text for part in (value.values() if isinstance(value, dict) else value) for text in leaves(part)]
    return [value] if isinstance(value, str) else []


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
    for action in ("s3:ListBucket", "glue:GetTable"):
        with refusing(pipeline.workspace, NAMES.etl_function_role, action):
            answer = clients.lambda_.invoke(FunctionName=NAMES.etl_function, Payload=b"{}")
            assert "FunctionError" in answer
            assert action in answer["Payload"].read().decode()


def test_an_event_can_ask_for_a_table_to_be_written_anew(pipeline: Pipeline, athena: Connection) -> None:
    before, held = metadata_of(pipeline), rows(athena, "feedback")
    answer = rebuild(pipeline)
    assert answer["rewritten_partitions"] > 0
    after = metadata_of(pipeline)
    assert {name for name in after if after[name] != before[name]} == {"feedback"}
    assert in_order(rows(athena, "feedback")) == in_order(held)


def rebuild(pipeline: Pipeline) -> dict[str, Any]:
    payload = json.dumps({"rebuild": "feedback"}).encode()
    answer = pipeline.workspace.clients().lambda_.invoke(FunctionName=NAMES.etl_function, Payload=payload)
    said: dict[str, Any] = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, said
    return said


def test_function_did_what_is_recorded_of_it(pipeline: Pipeline, sample: list[dict[str, Any]]) -> None:
    def do_all() -> None:
        table = pipeline.workspace.source_table()
        for items in (sample, sample[:-40], sample):
            table.load(items)
            night(pipeline)
        rebuild(pipeline)

    check_made_as_recorded(pipeline.workspace, [NAMES.etl_function_role], do_all)
