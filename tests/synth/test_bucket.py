from __future__ import annotations

from typing import Any

from tests.synth.synthesized import BUCKET, Stack

REPORTS = "${aws_s3_bucket.reports.id}"


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


def superseded(prefix: str) -> list[dict[str, Any]]:
    return [{"and": [{"prefix": prefix, "tags": {"cat:superseded": "true"}}]}]


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
                "id": "staging",
                "status": "Enabled",
                "filter": [{"prefix": "reports/etl-process2/_staging/"}],
                "expiration": [{"days": 2}],
            },
            {
                "id": "quarantine",
                "status": "Enabled",
                "filter": [{"prefix": "reports/etl-process2/_quarantine/"}],
                "expiration": [{"days": 90}],
            },
            {
                "id": "clean-zone",
                "status": "Enabled",
                "filter": superseded("reports/etl-process1/"),
                "expiration": [{"days": 90}],
            },
            {
                "id": "curated-zone",
                "status": "Enabled",
                "filter": superseded("reports/etl-process2/"),
                "expiration": [{"days": 730}],
            },
        ],
    }


def test_no_rule_expires_data_by_age_alone(normalize: Stack) -> None:
    rules = normalize["aws_s3_bucket_lifecycle_configuration.reports"]["rule"]
    by_age = [rule["id"] for rule in rules if any("days" in how for how in rule.get("expiration", []))]
    # What lies in staging and quarantine are copies of what the clean zone still has.
    assert by_age == ["athena-results", "staging", "quarantine", "clean-zone", "curated-zone"]
    for rule in rules:
        if rule["id"] in {"clean-zone", "curated-zone"}:
            tags = rule["filter"][0]["and"][0]["tags"]
            assert tags, f"{rule['id']} would expire the newest day of a pipeline that stands still"
