"""Both stacks with a KMS key of their own: deployed, everything encrypted with that key, and a run goes through.

ETL-2 has its Arrow engine here, for the sake of its log and its variables; the deployment is that of
tests/integration/test_arrow_engine.py. What is not in it, the schedule and the Spark jobs, is in tests/synth.
"""

from __future__ import annotations

import json
from contextlib import closing
from pathlib import Path
from typing import Any

import boto3
import pytest

from envs.local import LOCAL
from envs.naming import Names
from tests.integration.conftest import night
from tests.integration.evidence import check_nothing_new
from tests.integration.plans import STACKS, changes_in, findings_in
from tests.integration.test_arrow_engine import CREDENTIALS
from tools.local.aws_environment import REGION
from tools.local.pipeline import Pipeline
from tools.local.reconciliation import reconcile
from tools.scan.stacks import judge

NAMES = Names("local")


@pytest.fixture(scope="module")
def pipeline(arrow_with_key: Pipeline) -> Pipeline:
    return arrow_with_key


def client(pipeline: Pipeline, service: str) -> Any:
    session: Any = boto3.Session(**CREDENTIALS, region_name=REGION)
    return closing(session.client(service, endpoint_url=pipeline.workspace.emulator.endpoint_url()))


@pytest.fixture(scope="module")
def key_arn(pipeline: Pipeline) -> str:
    """The key that the alias leads to."""
    with client(pipeline, "kms") as kms:
        arn: str = kms.describe_key(KeyId=NAMES.key_alias)["KeyMetadata"]["Arn"]
    return arn


def test_key_is_rotated_and_its_policy_deployed(pipeline: Pipeline, key_arn: str) -> None:
    with client(pipeline, "kms") as kms:
        assert kms.get_key_rotation_status(KeyId=key_arn)["KeyRotationEnabled"]
        policy = json.loads(kms.get_key_policy(KeyId=key_arn, PolicyName="default")["Policy"])
    assert [statement["Sid"] for statement in policy["Statement"]] == [
        "AccountAdministers",
        "LogsAreEncrypted",
        "AlarmsPublish",
        "RulesPublish",
        "RulesKeepUndelivered",
    ]


def test_everything_is_encrypted_with_the_key(pipeline: Pipeline, key_arn: str) -> None:
    found: dict[str, Any] = {}
    clients = pipeline.workspace.clients()
    (rule,) = clients.s3.get_bucket_encryption(Bucket=NAMES.reports_bucket)["ServerSideEncryptionConfiguration"][
        "Rules"
    ]
    found["bucket"] = rule["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
    for name in (NAMES.normalize_function, NAMES.etl_function):
        found[name] = clients.lambda_.get_function_configuration(FunctionName=name).get("KMSKeyArn")
    for prefix in ("/aws/lambda/", "/aws-glue/"):
        for group in clients.logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]:
            found[group["logGroupName"]] = group.get("kmsKeyId")
    with client(pipeline, "sns") as sns:
        (topic,) = sns.list_topics()["Topics"]
        found["topic"] = sns.get_topic_attributes(**topic)["Attributes"].get("KmsMasterKeyId")
    for name in (NAMES.etl_dead_letters, NAMES.alerts_dead_letters):
        url = clients.sqs.get_queue_url(QueueName=name)["QueueUrl"]
        attributes: Any = clients.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        found[name] = attributes.get("KmsMasterKeyId")
    with client(pipeline, "athena") as athena:
        workgroup = athena.get_work_group(WorkGroup=NAMES.workgroup)["WorkGroup"]
    results = workgroup["Configuration"]["ResultConfiguration"]
    found["query results"] = results["EncryptionConfiguration"].get("KmsKey")
    crawler: Any = clients.glue.get_crawler(Name=NAMES.crawler)["Crawler"]
    security: Any = clients.glue.get_security_configuration(Name=crawler["CrawlerSecurityConfiguration"])
    encryption = security["SecurityConfiguration"]["EncryptionConfiguration"]
    found["crawler's log"] = encryption["CloudWatchEncryption"]["KmsKeyArn"]
    assert found == dict.fromkeys(found, key_arn)
    crawlers = f"/aws-glue/crawlers-role/{NAMES.crawler_role}-{NAMES.etl_glue_security}"
    assert {NAMES.normalize_log_group, NAMES.etl_log_group, crawlers} <= set(found)


def test_run_goes_through_and_its_objects_are_encrypted_with_the_key(pipeline: Pipeline, key_arn: str) -> None:
    reconcile(LOCAL.contract, night(pipeline), pipeline.workspace.trino.connection())
    s3 = pipeline.workspace.clients().s3
    listed = s3.list_objects_v2(Bucket=NAMES.reports_bucket)["Contents"]
    heads = {entry["Key"]: s3.head_object(Bucket=NAMES.reports_bucket, Key=entry["Key"]) for entry in listed}
    assert any(key.endswith(".csv") for key in heads)
    assert any(key.endswith(".parquet") for key in heads)
    assert any(key.endswith(".metadata.json") for key in heads)
    assert {head.get("SSEKMSKeyId") for head in heads.values()} == {key_arn}


def test_roles_did_nothing_else_than_without_the_key(pipeline: Pipeline) -> None:
    check_nothing_new(pipeline.workspace)


def test_no_check_of_keys_has_to_be_skipped_in_real_plans(arrow_plans: dict[str, Any], tmp_path: Path) -> None:
    found = findings_in(arrow_plans, tmp_path)
    assert found, "checkov finds not even what is skipped"
    assert [str(finding) for finding in judge(found, with_own_key=STACKS).failed] == []


def test_plans_want_the_key_nowhere_else(arrow_plans: dict[str, Any]) -> None:
    # What the emulator does not keep in any case: tests/integration/test_deployment.py.
    changed = {address for plan in arrow_plans.values() for address in changes_in(plan)}
    assert {address for address in changed if not address.startswith("aws_cloudwatch_metric_alarm.")} <= {
        "aws_glue_crawler.curated",
        "aws_s3_object.layer",
    }
