from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from contract.settings import TRANSFORM_ARGUMENTS
from contract.sources.catia import CONTRACT
from tests.synth.synthesized import COMPUTE_TAGS, ROOT, Stack

TAGS = {"ETLComponent": "ETL-2", "ETLStage": "TRANSFORM-LOAD"}
SIZES: dict[str, dict[str, Any]] = {
    "test": {"glue_version": "5.1", "worker_type": "G.1X", "number_of_workers": 2, "timeout": 60, "max_retries": 0},
    "prod": {"glue_version": "5.1", "worker_type": "G.2X", "number_of_workers": 4, "timeout": 120, "max_retries": 0},
    "local": {"glue_version": "5.1", "worker_type": "G.1X", "number_of_workers": 2, "timeout": 60, "max_retries": 0},
}


def test_job(etl: Stack) -> None:
    job = etl["aws_glue_job.parquet"]
    del job["default_arguments"]
    assert job == {
        "name": f"cat-{etl.env}-etl2-parquet",
        "description": "ETL-2: brings the Iceberg tables to the state of the newest run",
        "role_arn": "${aws_iam_role.job.arn}",
        **SIZES[etl.env],
        "execution_property": {"max_concurrent_runs": 1},
        "job_run_queuing_enabled": True,
        "notification_property": {"notify_delay_after": SIZES[etl.env]["timeout"] * 4 // 5},
        "command": {
            "name": "glueetl",
            "python_version": "3",
            "script_location": "s3://${aws_s3_object.script.bucket}/${aws_s3_object.script.key}",
        },
        "tags": {**TAGS, **COMPUTE_TAGS},
        "depends_on": [f"aws_cloudwatch_log_group.job_{content}" for content in ("error", "output")],
    }


def test_arguments(etl: Stack) -> None:
    catalog = "spark.sql.catalog.glue_catalog"
    options = [
        "spark.sql.extensions=org.apache.iceberg.spark.extensions.IcebergSparkSessionExtensions",
        f"{catalog}=org.apache.iceberg.spark.SparkCatalog",
        f"{catalog}.catalog-impl=org.apache.iceberg.aws.glue.GlueCatalog",
        f"{catalog}.io-impl=org.apache.iceberg.aws.s3.S3FileIO",
        f"{catalog}.warehouse=s3://${{data.aws_s3_bucket.reports.bucket}}/reports/etl-process2",
        f"{catalog}.client.region=us-east-1",
        "spark.hadoop.fs.s3a.endpoint.region=us-east-1",
        f"{catalog}.cache-enabled=false",
    ]
    assert etl["aws_glue_job.parquet"]["default_arguments"] == {
        "--job-language": "python",
        "--job-bookmark-option": "job-bookmark-disable",
        "--extra-py-files": "s3://${aws_s3_object.library.bucket}/${aws_s3_object.library.key}",
        "--enable-metrics": "true",
        "--enable-observability-metrics": "true",
        "--enable-continuous-cloudwatch-log": "true",
        "--datalake-formats": "iceberg",
        "--conf": " --conf ".join(options),
        "--custom-logGroup-prefix": f"/aws-glue/jobs/cat-{etl.env}-etl2-parquet",
        "--bucket": "${data.aws_s3_bucket.reports.bucket}",
        "--clean_prefix": "reports/etl-process1/",
        "--curated_prefix": "reports/etl-process2/",
        "--restricted_prefix": "reports/etl-process2-restricted/",
        "--database": f"cat_{etl.env}_analytics_db",
        "--environment": etl.env,
        "--max_rejected_ratio": "0.25" if etl.env == "local" else "0.05",
        "--max_removed_ratio": "0.2",
        "--history_days": "30",
        "--rejected_days": "30",
        "--metrics_namespace": "CAT/Etl",
        "--contract": "catia",
        "--rebuild": "none",
        "--pseudonymous_database": "none" if etl.env == "test" else f"cat_{etl.env}_pseudonymous_db",
        "--pseudonym_key": "none" if etl.env == "test" else f"/cat/{etl.env}/pseudonym-key",
        "--forget_before": "never",
    }


def test_arguments_are_those_that_the_job_reads(etl: Stack) -> None:
    # Glue's own options have hyphens, the job's have none.
    own = {name.removeprefix("--") for name in etl["aws_glue_job.parquet"]["default_arguments"]}
    assert {name for name in own if "-" not in name} - {"conf"} == set(TRANSFORM_ARGUMENTS)


@pytest.mark.parametrize(("name", "file"), [("script", "job.py"), ("library", "glue_src.zip")])
def test_artifact_lies_under_its_own_hash(etl: Stack, name: str, file: str) -> None:
    artifact = etl[f"aws_s3_object.{name}"]
    assert not Path(artifact["source"]).is_absolute()
    content = (etl.folder / artifact.pop("source")).read_bytes()
    assert artifact == {
        "bucket": "${data.aws_s3_bucket.reports.bucket}",
        "key": f"artifacts/{hashlib.sha256(content).hexdigest()}/{file}",
        "lifecycle": {"create_before_destroy": True},
        "tags": {**TAGS, "ResourceType": "STORAGE"},
    }


def test_script_is_the_job_itself(etl: Stack) -> None:
    source = etl["aws_s3_object.script"]["source"]
    assert (etl.folder / source).read_bytes() == (ROOT / "glue_src" / "job.py").read_bytes()


def test_crawler(etl: Stack) -> None:
    folder = "s3://${data.aws_s3_bucket.reports.bucket}/reports/etl-process2"
    tables = ("messages", "feedback", "conversations", "runs", "data_quality")
    assert etl["aws_glue_crawler.curated"] == {
        "name": f"cat-{etl.env}-curated-crawler",
        "description": "Points the catalog at the newest metadata files of the curated tables",
        "role": "${aws_iam_role.crawler.arn}",
        "database_name": "${aws_glue_catalog_database.analytics.name}",
        "iceberg_target": [{"paths": [f"{folder}/{name}/" for name in tables], "maximum_traversal_depth": 1}],
        "schema_change_policy": {"update_behavior": "UPDATE_IN_DATABASE", "delete_behavior": "LOG"},
        "recrawl_policy": {"recrawl_behavior": "CRAWL_EVERYTHING"},
        "tags": {**TAGS, "ResourceType": "CATALOG"},
        "depends_on": [f"aws_glue_catalog_table.iceberg_{table.name}" for table in CONTRACT.tables],
    }
