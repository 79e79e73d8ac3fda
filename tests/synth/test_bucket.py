from __future__ import annotations

import pytest

from contract.datasets import Dataset
from contract.layout import TableZones, first_metadata_key, schema_marker_prefix
from contract.sources.catia import CONTRACT
from tests.synth.synthesized import BUCKET, Stack

REPORTS = "${aws_s3_bucket.reports.id}"
ZONES = TableZones("reports/etl-process2/", "reports/etl-process2-restricted/")


def test_bucket(normalize: Stack) -> None:
    guarded = normalize.env == "prod"
    assert normalize["aws_s3_bucket.reports"] == {
        "bucket": f"cat-{normalize.env}-normalize-reports",
        "force_destroy": not guarded,
        "lifecycle": {"prevent_destroy": guarded},
        "tags": {"ETLComponent": "ETL-1", "ETLStage": "EXTRACT-TRANSFORM", "ResourceType": "STORAGE"},
    }


def test_one_bucket_only(stacks: dict[str, Stack]) -> None:
    found = {name: list(stack.of_type("aws_s3_bucket")) for name, stack in stacks.items()}
    assert found == {name: ["reports"] if name.endswith("normalize") else [] for name in stacks}


def test_versioned(normalize: Stack) -> None:
    assert normalize["aws_s3_bucket_versioning.reports"] == {
        "bucket": REPORTS,
        "versioning_configuration": {"status": "Enabled"},
    }


def test_encrypted(normalize: Stack) -> None:
    assert normalize["aws_s3_bucket_server_side_encryption_configuration.reports"] == {
        "bucket": REPORTS,
        "rule": [{"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}, "bucket_key_enabled": True}],
    }


def test_private(normalize: Stack) -> None:
    assert normalize["aws_s3_bucket_public_access_block.reports"] == {
        "bucket": REPORTS,
        "block_public_acls": True,
        "block_public_policy": True,
        "ignore_public_acls": True,
        "restrict_public_buckets": True,
    }


def test_owner_enforced(normalize: Stack) -> None:
    assert normalize["aws_s3_bucket_ownership_controls.reports"] == {
        "bucket": REPORTS,
        "rule": {"object_ownership": "BucketOwnerEnforced"},
    }


def test_tls_only(normalize: Stack) -> None:
    policy = normalize["aws_s3_bucket_policy.reports"]
    assert policy["bucket"] == REPORTS
    assert policy["depends_on"] == ["aws_s3_bucket_public_access_block.reports"]
    assert normalize.json_of("aws_s3_bucket_policy.reports", "policy") == {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "RefusePlainHttp",
                "Effect": "Deny",
                "Principal": "*",
                "Action": ["s3:*"],
                "Resource": [BUCKET, f"{BUCKET}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def test_announces_arrivals_to_eventbridge(normalize: Stack) -> None:
    assert normalize["aws_s3_bucket_notification.reports"] == {"bucket": REPORTS, "eventbridge": True}


def test_lifecycle(normalize: Stack) -> None:
    everything = [{"prefix": ""}]
    assert normalize["aws_s3_bucket_lifecycle_configuration.reports"] == {
        "bucket": REPORTS,
        "depends_on": ["aws_s3_bucket_versioning.reports"],
        "rule": [
            {
                "id": "noncurrent-versions",
                "status": "Enabled",
                "filter": everything,
                "noncurrent_version_expiration": [{"noncurrent_days": 30}],
                "expiration": [{"expired_object_delete_marker": True}],
            },
            {
                "id": "aborted-uploads",
                "status": "Enabled",
                "filter": everything,
                "abort_incomplete_multipart_upload": [{"days_after_initiation": 1}],
            },
            {
                "id": "athena-results",
                "status": "Enabled",
                "filter": [{"prefix": "athena/results/"}],
                "expiration": [{"days": 7}],
            },
            {
                "id": "clean-zone",
                "status": "Enabled",
                "filter": [{"prefix": "reports/etl-process1/"}],
                "expiration": [{"days": 7}],
            },
            {
                "id": "clean-rejected",
                "status": "Enabled",
                "filter": [{"prefix": "reports/etl-process1/rejected/"}],
                "expiration": [{"days": 7}],
            },
            {
                "id": "quarantine",
                "status": "Enabled",
                "filter": [{"prefix": "reports/etl-process2-restricted/_quarantine/"}],
                "expiration": [{"days": 7}],
            },
        ],
    }


def expiring(stack: Stack, key: str) -> list[str]:
    """The rules by which S3 would let go of the newest version of an object, other than a delete marker."""
    rules = stack["aws_s3_bucket_lifecycle_configuration.reports"]["rule"]
    return [
        rule["id"]
        for rule in rules
        if key.startswith(rule["filter"][0]["prefix"]) and any("days" in how for how in rule.get("expiration", []))
    ]


@pytest.mark.parametrize("dataset", CONTRACT.tables, ids=lambda dataset: dataset.name)
def test_no_rule_expires_a_tables_files(normalize: Stack, dataset: Dataset) -> None:
    folder = ZONES.table_prefix(dataset)
    files = [f"{folder}data/x.parquet", f"{folder}metadata/x.json", first_metadata_key(normalize.env, dataset)]
    assert [expiring(normalize, key) for key in (*files, f"{schema_marker_prefix()}x.json")] == [[]] * 4
    assert expiring(normalize, "reports/etl-process1/messages/dt=2026-01-30/messages-x.csv") == ["clean-zone"]
