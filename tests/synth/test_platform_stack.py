"""What the shipped environments do not show: other settings, and mistakes in constructs."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import main
from contract.layout import PRIVACY_PREFIX
from contract.settings import CRAWLER_VARIABLE
from envs.prod import PROD
from envs.schema import AFTER_JOB, ArrowSettings, Environment, GlueExtractSettings, ScheduleSettings
from envs.test import TEST
from glue_src.arguments import read_variables
from lambda_src.settings import Settings
from modules import packaging, terraform
from modules.lambda_function import FunctionCode
from modules.packaging import PackagingError, write_archive
from modules.spark_job import SparkCode
from modules.stack import EtlStack, NormalizeStack, PlatformStack
from modules.terraform import Construct, SnsTopic, SqsQueue
from modules.terraform import Testing as Cdktf
from tests.synth.test_tags import RESOURCE_TYPES, UNTAGGABLE
from tests.unit.envs.samples import changed, faults

ADDRESS = "aws_sqs_queue.dead_letters"


def synthesized(stack: PlatformStack) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(Cdktf.synth(stack))
    return document


def normalize(environment: Environment, folder: Path) -> dict[str, Any]:
    return synthesized(NormalizeStack(Cdktf.app(), environment, function_code(folder)))


def function_code(folder: Path) -> FunctionCode:
    archive = write_archive({"a.py": b""}, folder / "a.zip")
    return FunctionCode(function=archive, layer=archive)


def spark_code(folder: Path) -> SparkCode:
    script = folder / "job.py"
    script.write_text("", encoding="utf-8")
    return SparkCode(script=script, library=write_archive({"a.py": b""}, folder / "a.zip"))


def normalize_on_glue(environment: Environment, folder: Path) -> dict[str, Any]:
    return synthesized(NormalizeStack(Cdktf.app(), environment, spark_code(folder)))


def etl(environment: Environment, folder: Path) -> dict[str, Any]:
    return synthesized(EtlStack(Cdktf.app(), environment, spark_code(folder)))


def etl_on_arrow(environment: Environment, folder: Path) -> dict[str, Any]:
    return synthesized(EtlStack(Cdktf.app(), environment, function_code(folder)))


def test_same_address_twice_is_refused() -> None:
    stack = PlatformStack(Cdktf.app(), "cat-test-normalize", TEST)
    SqsQueue(Construct(stack, "one"), ADDRESS, name="a")
    SqsQueue(Construct(stack, "two"), ADDRESS, name="b")
    with pytest.raises(Exception, match="is taken by") as raised:
        synthesized(stack)
    assert (
        "address 'aws_sqs_queue.dead_letters' is taken by 'cat-test-normalize/one/aws_sqs_queue.dead_letters' and "
        "'cat-test-normalize/two/aws_sqs_queue.dead_letters': give one another name"
    ) in str(raised.value)


def test_same_name_of_two_types_is_no_conflict() -> None:
    stack = PlatformStack(Cdktf.app(), "cat-test-normalize", TEST)
    SqsQueue(Construct(stack, "one"), ADDRESS, name="a")
    SnsTopic(Construct(stack, "two"), "aws_sns_topic.dead_letters", name="b")
    resources = synthesized(stack)["resource"]
    assert {kind: list(named) for kind, named in resources.items()} == {
        "aws_sqs_queue": ["dead_letters"],
        "aws_sns_topic": ["dead_letters"],
    }


def test_address_does_not_follow_the_construct_tree() -> None:
    stack = PlatformStack(Cdktf.app(), "cat-test-normalize", TEST)
    SqsQueue(Construct(Construct(stack, "deep"), "deeper"), ADDRESS, name="a")
    assert list(synthesized(stack)["resource"]["aws_sqs_queue"]) == ["dead_letters"]


def test_allowed_accounts_bind_provider_and_backend(tmp_path: Path) -> None:
    accounts = ["012345678901", "123456789012"]
    environment = changed("provider.allowed_account_ids", tuple(accounts), TEST)
    for document in (normalize(environment, tmp_path), etl(environment, tmp_path)):
        assert document["provider"]["aws"][0]["allowed_account_ids"] == accounts
        assert document["terraform"]["backend"]["s3"]["allowed_account_ids"] == accounts


def test_custom_endpoint_is_named_nowhere(tmp_path: Path) -> None:
    # Terraform reads AWS_ENDPOINT_URL itself: only path style, which it cannot guess, is written down.
    environment = changed("provider.custom_endpoint", True, TEST)
    with_endpoint, without = etl(environment, tmp_path), etl(TEST, tmp_path)
    assert with_endpoint["provider"]["aws"][0].pop("s3_use_path_style") is True
    assert with_endpoint["terraform"]["backend"]["s3"].pop("use_path_style") is True
    assert with_endpoint == without


def test_region(tmp_path: Path) -> None:
    document = normalize(changed("provider.region", "sa-east-1", TEST), tmp_path)
    assert document["provider"]["aws"][0]["region"] == "sa-east-1"
    assert document["terraform"]["backend"]["s3"]["region"] == "sa-east-1"
    policy = document["resource"]["aws_iam_role_policy"]["normalize"]["policy"]
    assert ":dynamodb:sa-east-1:" in policy
    assert "us-east-1" not in json.dumps(document)


def test_emails_subscribe_to_the_topic(tmp_path: Path) -> None:
    emails = ("a@example.org", "b@example.org")
    document = normalize(replace(TEST, notification_emails=emails), tmp_path)
    subscriptions = document["resource"]["aws_sns_topic_subscription"]
    assert {name: (found["protocol"], found["endpoint"]) for name, found in subscriptions.items()} == {
        "email_1": ("email", "a@example.org"),
        "email_2": ("email", "b@example.org"),
    }
    assert {found["topic_arn"] for found in subscriptions.values()} == {"${aws_sns_topic.alerts.arn}"}


def test_configured_tags_reach_the_provider(tmp_path: Path) -> None:
    document = etl(replace(TEST, tags={"CostCenter": "42"}), tmp_path)
    assert document["provider"]["aws"][0]["default_tags"] == [
        {
            "tags": {
                "CostCenter": "42",
                "Environment": "TEST",
                "Project": "CAT-NORMALIZE",
                "ProjectId": "P2124",
                "ManagedBy": "CDKTF",
            }
        }
    ]


def test_lifecycle_can_be_switched_off(tmp_path: Path) -> None:
    document = normalize(changed("normalize.lifecycle.enabled", False, TEST), tmp_path)
    assert "aws_s3_bucket_lifecycle_configuration" not in document["resource"]


def test_schedule_can_be_switched_off_with_its_expression_kept(tmp_path: Path) -> None:
    document = normalize(changed("normalize.schedule.enabled", False, PROD), tmp_path)
    assert "aws_scheduler_schedule" not in document["resource"]
    assert document["output"]["schedule_status"]["value"] == "DISABLED: run ETL-1 by hand"


def test_schedule_in_a_zone_with_summer_time(tmp_path: Path) -> None:
    schedule = ScheduleSettings(enabled=True, cron_expression="cron(30 23 * * ? *)", time_zone="Europe/Madrid")
    environment = changed("normalize.extract.time_zone", "Europe/Madrid", changed("normalize.schedule", schedule, PROD))
    document = normalize(environment, tmp_path)
    daily = document["resource"]["aws_scheduler_schedule"]["daily"]
    assert (daily["schedule_expression"], daily["schedule_expression_timezone"]) == (
        "cron(30 23 * * ? *)",
        "Europe/Madrid",
    )
    assert document["output"]["schedule_status"]["value"] == "ENABLED cron(30 23 * * ? *) Europe/Madrid"


@pytest.mark.parametrize(
    ("segments", "units", "said"),
    [(None, None, ("auto", "unlimited")), (64, 2000, ("64", "2000")), (1, 0.1 + 12.4, ("1", "12.5"))],
)
def test_load_on_the_source(tmp_path: Path, segments: int | None, units: float | None, said: tuple[str, str]) -> None:
    environment = changed("normalize.extract.scan_segments", segments, TEST)
    environment = changed("normalize.extract.max_read_capacity_units", units, environment)
    function = normalize(environment, tmp_path)["resource"]["aws_lambda_function"]["normalize"]
    variables = function["environment"]["variables"]
    assert (variables["SCAN_SEGMENTS"], variables["MAX_READ_CAPACITY_UNITS"]) == said
    job = normalize_on_glue(environment, tmp_path)["resource"]["aws_glue_job"]["normalize"]
    arguments = job["default_arguments"]
    assert (arguments["--scan_segments"], arguments["--max_read_capacity_units"]) == said


@pytest.mark.parametrize("units", [1, 1.0000000000000002, 1234567.1234567, 9_999_999.999999998, 10_000_000])
def test_read_capacity_is_written_as_the_programs_read_it(tmp_path: Path, units: float) -> None:
    environment = changed("normalize.extract.max_read_capacity_units", units, TEST)
    assert faults(environment) == []
    function = normalize(environment, tmp_path)["resource"]["aws_lambda_function"]["normalize"]
    written = function["environment"]["variables"]["MAX_READ_CAPACITY_UNITS"]
    read = Settings.from_environment({**function["environment"]["variables"], "S3_BUCKET_NAME": "a-bucket"})
    assert read.max_read_capacity_units == pytest.approx(units, rel=1e-14), written


def test_size_of_the_glue_engine(tmp_path: Path) -> None:
    glue = GlueExtractSettings(worker_type="G.2X", number_of_workers=9, timeout=90)
    job = normalize_on_glue(changed("normalize.extract.glue", glue, TEST), tmp_path)["resource"]["aws_glue_job"]
    size = {"worker_type": "G.2X", "number_of_workers": 9, "timeout": 90, "max_retries": 0, "glue_version": "5.1"}
    assert {name: job["normalize"][name] for name in size} == size
    arguments = job["normalize"]["default_arguments"]
    assert (arguments["--time_limit_minutes"], arguments["--tasks_at_once"]) == ("85", "64")


def test_glue_engine_without_a_schedule(tmp_path: Path) -> None:
    document = normalize_on_glue(TEST, tmp_path)
    assert "aws_scheduler_schedule" not in document["resource"]
    assert document["output"]["schedule_status"]["value"] == "DISABLED: run ETL-1 by hand"


def test_size_of_the_arrow_engine(tmp_path: Path) -> None:
    settings = ArrowSettings(timeout=60, memory_size=512, ephemeral_storage=10240, log_retention=7)
    resources = etl_on_arrow(changed("etl.transform.arrow", settings, TEST), tmp_path)["resource"]
    function = resources["aws_lambda_function"]["parquet"]
    size = {"timeout": 60, "memory_size": 512, "ephemeral_storage": {"size": 10240}}
    assert {name: function[name] for name in size} == size
    assert resources["aws_cloudwatch_log_group"]["parquet"]["retention_in_days"] == 7


@pytest.mark.parametrize("ratio", [0, 1, 0.0, 1e-7, 0.1 + 0.2, 1 / 3])
def test_ratios_are_written_as_the_programs_read_them(tmp_path: Path, ratio: float) -> None:
    environment = changed("etl.transform.max_rejected_ratio", ratio, TEST)
    environment = changed("etl.transform.max_removed_ratio", 1 - ratio, environment)
    assert faults(environment) == []
    arguments = etl(environment, tmp_path)["resource"]["aws_glue_job"]["parquet"]["default_arguments"]
    function = etl_on_arrow(environment, tmp_path)["resource"]["aws_lambda_function"]["parquet"]
    variables = function["environment"]["variables"]
    for name in ("max_rejected_ratio", "max_removed_ratio"):
        assert variables[name.upper()] == arguments[f"--{name}"]
    read = read_variables(variables)
    assert (read.max_rejected_ratio, read.max_removed_ratio) == (ratio, 1 - ratio)


def test_crawler_follows_the_engine_where_it_is_told_to(tmp_path: Path) -> None:
    environment = changed("etl.catalog.crawler.run", AFTER_JOB, TEST)
    resources = etl(environment, tmp_path)["resource"]
    trigger = resources["aws_glue_trigger"]["on_success"]
    assert (trigger["type"], trigger["enabled"]) == ("CONDITIONAL", True)
    assert trigger["predicate"]["conditions"] == [
        {"job_name": "${aws_glue_job.parquet.name}", "state": "SUCCEEDED", "logical_operator": "EQUALS"}
    ]
    assert trigger["actions"] == [{"crawler_name": "${aws_glue_crawler.curated.name}"}]
    resources = etl_on_arrow(environment, tmp_path)["resource"]
    variables = resources["aws_lambda_function"]["parquet"]["environment"]["variables"]
    assert variables[CRAWLER_VARIABLE] == "${aws_glue_crawler.curated.name}"
    statements = json.loads(resources["aws_iam_role_policy"]["parquet"]["policy"])["Statement"]
    assert [each["Resource"] for each in statements if each["Action"] == ["glue:StartCrawler"]] == [
        ["${aws_glue_crawler.curated.arn}"]
    ]


def test_iceberg_of_glue_5_0_reads_row_by_row(tmp_path: Path) -> None:
    job = etl(changed("etl.glue.version", "5.0", TEST), tmp_path)["resource"]["aws_glue_job"]["parquet"]
    assert job["default_arguments"]["--conf"].endswith("--conf spark.sql.iceberg.vectorization.enabled=false")


def test_history_is_kept_in_the_tables_and_told_to_the_engine(tmp_path: Path) -> None:
    resources = etl(changed("etl.curated.history_days", 7, TEST), tmp_path)["resource"]
    assert resources["aws_glue_job"]["parquet"]["default_arguments"]["--history_days"] == "7"
    assert _days_of_history(resources, "messages") == 7


def test_rejected_items_keep_less_history_and_their_csv_goes_no_later(tmp_path: Path) -> None:
    environment = changed("privacy.rejected_days", 3, TEST)
    resources = etl(environment, tmp_path)["resource"]
    assert resources["aws_glue_job"]["parquet"]["default_arguments"]["--rejected_days"] == "3"
    assert (_days_of_history(resources, "rejected"), _days_of_history(resources, "messages")) == (3, 30)
    lifecycle = normalize(environment, tmp_path)["resource"]["aws_s3_bucket_lifecycle_configuration"]["reports"]
    days = {rule["id"]: rule["expiration"][0].get("days") for rule in lifecycle["rule"] if "expiration" in rule}
    assert (days["clean-rejected"], days["clean-zone"], days["quarantine"]) == (3, 7, 7)


def _days_of_history(resources: dict[str, Any], table: str) -> float:
    properties = json.loads(resources["aws_s3_object"][f"first_metadata_{table}"]["content"])["properties"]
    days = int(properties["vacuum_max_snapshot_age_seconds"]) / (24 * 3600)
    assert properties["history.expire.max-snapshot-age-ms"] == str(int(days * 24 * 3600 * 1000))
    return days


def test_large_layer_goes_through_the_bucket(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(packaging, "LARGEST_UPLOAD", 100)
    code = function_code(tmp_path)
    for stack, bucket in (
        (EtlStack(Cdktf.app(), TEST, code), "${data.aws_s3_bucket.reports.bucket}"),
        (NormalizeStack(Cdktf.app(), TEST, code), "${aws_s3_bucket.reports.bucket}"),
    ):
        resources = synthesized(stack)["resource"]
        stored = resources["aws_s3_object"]["layer"]
        assert (stored["bucket"], stored["key"]) == (bucket, f"artifacts/{code.layer.sha256}/a.zip")
        (layer,) = resources["aws_lambda_layer_version"].values()
        assert "filename" not in layer
        assert (layer["s3_bucket"], layer["s3_key"]) == ("${aws_s3_object.layer.bucket}", "${aws_s3_object.layer.key}")
        assert layer["source_code_hash"] == code.layer.sha256_base64


def test_prefixes_come_from_the_configuration_everywhere(tmp_path: Path) -> None:
    environment = TEST
    for name in ("clean", "curated", "restricted", "athena_results"):
        environment = changed(f"etl.{name}_prefix", f"my/{name}/", environment)
    text = json.dumps([build(environment, tmp_path) for build in (normalize, normalize_on_glue, etl, etl_on_arrow)])
    shipped = ("reports/", "athena/results")
    assert [prefix for prefix in shipped if prefix in text.replace(PRIVACY_PREFIX, "")] == []
    for name in ("clean", "curated", "restricted", "athena_results"):
        assert f"my/{name}/" in text


def test_untaggable_types_have_no_tags_in_the_providers_bindings() -> None:
    classes = [member for name, member in vars(terraform).items() if name in terraform.__all__]
    bound = {member.TF_RESOURCE_TYPE: member for member in classes if hasattr(member, "TF_RESOURCE_TYPE")}
    taggable = {name for name, member in bound.items() if hasattr(member, "tags_input")}
    assert set(RESOURCE_TYPES) <= taggable
    assert taggable & UNTAGGABLE == set()
    assert set(bound) >= UNTAGGABLE


def test_archive_that_cannot_be_built_ends_the_synth_with_its_message(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def fail(*_: object) -> None:
        message = "no registry answers"
        raise PackagingError(message)

    monkeypatch.setenv("CDKTF_OUTDIR", str(tmp_path))
    monkeypatch.setattr(main, "layer_archive", fail)
    with pytest.raises(SystemExit, match=r"^no registry answers$"):
        main.main()
    assert list(tmp_path.rglob("cdk.tf.json")) == []
