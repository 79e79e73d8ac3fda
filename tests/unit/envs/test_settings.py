from __future__ import annotations

import math
from typing import Any

import pytest

from envs.schema import WORKER_DPU, GlueExtractSettings
from tests.unit.envs.samples import VALID, changed, exclusion_rule, faults

NUMBERS = [
    ("normalize.lambda_.timeout", 1, 900, "Lambda stops after 15 minutes: raise memory_size instead"),
    ("normalize.lambda_.memory_size", 128, 10240, "Lambda's memory in MB"),
    ("etl.transform.arrow.timeout", 1, 900, "Lambda stops after 15 minutes: raise memory_size instead"),
    ("etl.transform.arrow.memory_size", 128, 10240, "Lambda's memory in MB"),
    ("etl.transform.arrow.ephemeral_storage", 512, 10240, "Lambda's /tmp in MB"),
    ("etl.transform.max_rejected_ratio", 0, 1, "write 0.05 for five of a hundred"),
    ("etl.transform.max_removed_ratio", 0, 1, "write 0.05 for five of a hundred"),
    ("etl.curated.history_days", 1, 3650, "give a number of days"),
    ("normalize.extract.scan_segments", 1, 1000, "give None to have it chosen"),
    ("normalize.extract.max_read_capacity_units", 1, 10_000_000, "give None for no limit"),
    ("normalize.extract.glue.number_of_workers", 2, 299, "a Spark job needs a driver and a worker"),
    ("normalize.extract.glue.timeout", 10, 10080, "minutes, of which the workers' start takes some"),
    ("normalize.lifecycle.noncurrent_version_expiration", 1, 3650, "give a number of days"),
    ("normalize.lifecycle.abort_incomplete_multipart_upload", 1, 3650, "give a number of days"),
    ("normalize.lifecycle.athena_results_expiration", 1, 3650, "give a number of days"),
    ("normalize.lifecycle.clean_expiration", 1, 3650, "give a number of days"),
    ("privacy.rejected_days", 1, 3650, "give a number of days"),
    ("alarms.freshness_hours", 1, 168, "CloudWatch looks back seven days at most"),
    ("encryption.deletion_window", 7, 30, "KMS knows no other days"),
    ("etl.athena.bytes_scanned_cutoff", 10_000_000, 2**53, "Athena's least cutoff is 10 MB"),
    ("etl.glue.number_of_workers", 2, 299, "a Spark job needs a driver and a worker"),
    ("etl.glue.timeout", 1, 10080, "minutes until Glue stops a run"),
    ("etl.glue.event_batch_size", 1, 100, "arrivals that start the job at once"),
    ("etl.glue.event_batch_window", 1, 900, "seconds an arrival waits for company"),
]
PREFIX_RULE = "must be folders that each end in /, without a leading slash, . or ..; write it as in reports/clean/"
EMAIL_RULE = "must be an e-mail address; write it as in data-team@example.org"
ACCOUNT_RULE = "must be an AWS account id of twelve digits; write it in quotes, zeros included"
REGION_RULE = "must be the code of an AWS region, not its name or a zone; write it as in us-east-1"
ZONE_RULE = "must be an IANA time zone; write it as in America/Bogota"
LABEL_RULE = "must be lower-case words joined by hyphens; as in test-users"


def test_the_sample_is_valid() -> None:
    assert faults(VALID) == []


@pytest.mark.parametrize(("path", "lowest", "highest", "remedy"), NUMBERS, ids=[row[0] for row in NUMBERS])
def test_number_at_both_edges(path: str, lowest: int, highest: int, remedy: str) -> None:
    # Where it is promised how long somebody is found, some edges are too far: test_retention.py.
    # And what rings between two runs is refused: test_zones.py.
    environment = changed("privacy.max_days_after_removal", None, changed("normalize.schedule.enabled", False))
    assert faults(changed(path, lowest, environment)) == []
    assert faults(changed(path, highest, environment)) == []
    for outside in (lowest - 1, highest + 1):
        expected = f"{path} = {outside}: must be from {lowest} to {highest}; {remedy}"
        assert faults(changed(path, outside)) == [expected]


@pytest.mark.parametrize("units", [0.99, 0.0, -1.0, math.inf, math.nan])
def test_read_capacity_refused(units: float) -> None:
    path = "normalize.extract.max_read_capacity_units"
    assert faults(changed(path, units)) == [f"{path} = {units}: must be from 1 to 10000000; give None for no limit"]


@pytest.mark.parametrize("path", ["etl.transform.max_rejected_ratio", "etl.transform.max_removed_ratio"])
@pytest.mark.parametrize("ratio", [-0.01, 1.01, math.inf, math.nan])
def test_ratio_refused(path: str, ratio: float) -> None:
    assert faults(changed(path, ratio)) == [f"{path} = {ratio}: must be from 0 to 1; write 0.05 for five of a hundred"]


@pytest.mark.parametrize("amount", [0, -1, 0.009, 10_000_001, math.inf, math.nan])
def test_budget_refused(amount: float) -> None:
    path, said = "alerts.monthly_budget_usd", "must be from 0.01 to 10000000; give None for no budget"
    assert faults(changed(path, amount)) == [f"{path} = {amount}: {said}"]


@pytest.mark.parametrize("share", [0.09, 0, -1, 1.01, math.inf, math.nan])
def test_share_of_the_run_time_refused(share: float) -> None:
    path, said = "alarms.run_time_share", "must be from 0.1 to 1; write 0.8 for four fifths of the timeout"
    assert faults(changed(path, share)) == [f"{path} = {share}: {said}"]


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("normalize.lambda_.name", "f" * 64),
        ("normalize.lambda_.log_retention", 3653),
        ("normalize.lambda_.platform", None),
        ("normalize.dynamo_table_name", "a.b"),
        ("normalize.schedule.cron_expression", "cron(30 4 * * ? *)"),
        ("normalize.extract.engine", "glue"),
        ("normalize.extract.scan_segments", None),
        ("normalize.extract.max_read_capacity_units", None),
        ("normalize.extract.max_read_capacity_units", 12.5),
        ("normalize.extract.glue.worker_type", "G.2X"),
        ("normalize.extract.time_zone", "UTC"),
        ("normalize.extract.time_zone", "America/Argentina/Buenos_Aires"),
        ("normalize.extract.exclusion_rules", (exclusion_rule(name="a-1"), exclusion_rule(name="a-2"))),
        ("etl.clean_prefix", "a/"),
        ("etl.clean_prefix", "clean_1/v=2/x.y-z/"),
        ("etl.clean_prefix", "..a/.b/c../"),
        ("etl.catalog.database_name", "d" * 255),
        ("etl.athena.work_group_name", "w" * 128),
        ("etl.transform.engine", "arrow"),
        ("etl.transform.max_rejected_ratio", 1e-9),
        ("etl.transform.max_removed_ratio", 0.5),
        ("etl.catalog.crawler.run", "after_job"),
        ("etl.transform.arrow.platform", None),
        ("etl.transform.arrow.log_retention", 3653),
        ("etl.glue.version", "5.0"),
        ("normalize.extract.glue.version", "5.0"),
        ("alarms.run_time_share", 0.1),
        ("alarms.run_time_share", 1),
        ("alerts.monthly_budget_usd", 25),
        ("alerts.monthly_budget_usd", 0.01),
        ("alerts.monthly_budget_usd", None),
        ("etl.glue.worker_type", "G.4X"),
        *(("provider.region", region) for region in ("sa-east-1", "us-gov-west-1", "eusc-de-east-1", "ap-south-10")),
        ("provider.allowed_account_ids", ("000000000000", "123456789012")),
        ("notification_emails", ("data-team@example.org", "a+b@mail.example.co")),
        ("pipeline.repository", None),
        ("pipeline.repository", "owner/name"),
        ("pipeline.repository", "an-owner_of@123/A.name_of-it@456"),
        ("tags", {"CostCenter": "42"}),
        ("name", "abcdefg8"),
    ],
)
def test_accepted(path: str, value: object) -> None:
    assert faults(changed(path, value)) == []


@pytest.mark.parametrize(
    "path",
    [
        "normalize.lambda_.log_retention",
        "normalize.extract.glue.log_retention",
        "etl.transform.arrow.log_retention",
        "etl.glue.log_retention",
    ],
)
def test_log_retention_takes_the_services_own_days_only(path: str) -> None:
    short, months, years = [1, 3, 5, 7, 14], [30, 60, 90, 120, 150, 180], [365, 400, 545, 731, 1096, 1827, 2192, 2557]
    right = [*short, *months, *years, 2922, 3288, 3653]
    tried = sorted({days + beside for days in (*right, 9, 45, 4000) for beside in (-1, 0, 1)})
    assert [days for days in tried if not faults(changed(path, days))] == right
    assert faults(changed(path, 31)) == [
        (
            f"{path} = 31: must be one of 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, "
            "2192, 2557, 2922, 3288, 3653; CloudWatch Logs knows no other days; did you mean 30?"
        )
    ]


@pytest.mark.parametrize(
    "prefix", ["", "/", "a", "/a/", "a//", "a/b", "a b/", "ñ/", "../", "a/./b/", "a/../b/", "a/\n"]
)
@pytest.mark.parametrize("path", ["etl.clean_prefix", "etl.curated_prefix", "etl.athena_results_prefix"])
def test_prefix_refused(path: str, prefix: str) -> None:
    assert faults(changed(path, prefix)) == [f"{path} = {prefix!r}: {PREFIX_RULE}"]


@pytest.mark.parametrize(
    "email", ["", "team", "team@", "@example.org", "team@example", "a b@c.d", "a@b@c.d", "a@b.c,d", "<a@b.c>", "a@b..c"]
)
def test_email_refused(email: str) -> None:
    found = faults(changed("notification_emails", ("ok@example.org", email)))
    assert found == [f"notification_emails.1 = {email!r}: {EMAIL_RULE}"]


@pytest.mark.parametrize(
    "repository",
    [
        *("", "name", "owner/", "/name", "owner/*", "*/name", "owner/na me", "owner/name/more", "owner@1/name"),
        *(
            "owner/name@2",
            "owner@1/name@b",
            "owner/name:pull_request",
            "-owner/name",
            "owner/name\n",
            "o" * 40 + "/name",
        ),
    ],
)
def test_repository_refused(repository: str) -> None:
    rule = "must be a GitHub repository without wildcards; write it as in owner/name or owner@123/name@456"
    assert faults(changed("pipeline.repository", repository)) == [f"pipeline.repository = {repository!r}: {rule}"]


@pytest.mark.parametrize(
    "region", ["", "us-east", "useast1", "us-east-1a", "US-EAST-1", " us-east-1", "us_east_1", "us-east-٣", "São Paulo"]
)
def test_region_refused(region: str) -> None:
    assert faults(changed("provider.region", region)) == [f"provider.region = {region!r}: {REGION_RULE}"]


@pytest.mark.parametrize("account", ["", "12345678901", "1234567890123", "12345678901a", "٣" * 12, " 12345678901"])
def test_account_id_refused(account: str) -> None:
    found = faults(changed("provider.allowed_account_ids", (account,)))
    assert found == [f"provider.allowed_account_ids.0 = {account!r}: {ACCOUNT_RULE}"]


@pytest.mark.parametrize(
    "zone",
    [
        *("", "Bogota", "america/bogota", "America", "/etc/passwd", "../UTC", "UTC\0", "\udc80"),
        # A machine's own database has these, and AWS has not.
        *("localtime", "posix/UTC", "right/UTC", "posixrules", "Factory"),
    ],
)
@pytest.mark.parametrize("setting", ["normalize.extract.time_zone", "normalize.schedule.time_zone"])
def test_time_zone_refused(setting: str, zone: str) -> None:
    assert without_guesses(faults(changed(setting, zone))) == [f"{setting} = {zone!r}: {ZONE_RULE}"]


@pytest.mark.parametrize(
    ("changes", "setting", "said"),
    [
        ({"name": "Test"}, "name = 'Test'", LABEL_RULE),
        ({"name": "a--b"}, "name = 'a--b'", LABEL_RULE),
        ({"name": ""}, "name = ''", LABEL_RULE),
        ({"attribute": None}, "attribute = None", "Input should be a valid string"),
        ({"operator": "contains"}, "operator = 'contains'", "Input should be 'equals' or 'starts_with'"),
        (
            {"values": ()},
            "values = ()",
            "must hold at least one text, none of them empty; remove the rule or give it a value",
        ),
        (
            {"values": ("monitor-", "")},
            "values = ('monitor-', '')",
            "must hold at least one text, none of them empty; remove the rule or give it a value",
        ),
    ],
)
def test_exclusion_rule_refused(changes: dict[str, Any], setting: str, said: str) -> None:
    rules = (exclusion_rule(name="first"), exclusion_rule(**changes))
    path = "normalize.extract.exclusion_rules"
    assert faults(changed(path, rules)) == [f"{path}.1.{setting}: {said}"]


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("normalize.lambda_.python_version", "3.11", "must be one of 3.12; the layer's wheels are pinned for it"),
        ("normalize.lambda_.platform", "manylinux2014_x86_64", "Input should be 'manylinux_2_28_x86_64'"),
        ("normalize.extract.engine", "batch", "must be one of glue, lambda; docs/scaling.md says when to take which"),
        *(
            (path, value, "must be one of G.1X, G.2X, G.4X; a larger one holds larger partitions")
            for path, value in (
                ("etl.glue.worker_type", "Standard"),
                ("etl.glue.worker_type", "G1X"),
                ("normalize.extract.glue.worker_type", "G.8X"),
            )
        ),
        ("normalize.extract.glue.version", "4.0", "must be one of 5.0, 5.1; the code needs their Python 3.11"),
        ("etl.transform.engine", "lambda", "must be one of arrow, spark; docs/adr/0029 says when to take which"),
        ("etl.transform.arrow.python_version", "3.9", "must be one of 3.12; the layer's wheels are pinned for it"),
        ("etl.transform.arrow.platform", "any", "Input should be 'manylinux_2_28_x86_64'"),
        (
            "etl.glue.version",
            "4.0",
            "must be one of 5.0, 5.1; older ones lack a fitting Iceberg: that of 4.0, 1.0.0, cannot publish a branch",
        ),
        (
            "etl.catalog.crawler.run",
            "never",
            "must be one of after_job, on_demand; on_demand leaves it to people to start it",
        ),
        (
            "etl.catalog.database_name",
            "Analytics",
            "Glue database 'Analytics' breaks the rule: lower-case letters, digits and underscores (for Athena).",
        ),
        (
            "normalize.lambda_.name",
            "f" * 65,
            f"Lambda function {'f' * 65!r} has 65 characters; the rule is 1 to 64: shorten or lengthen it.",
        ),
        (
            "normalize.s3_bucket_name",
            "ab",
            "S3 bucket 'ab' has 2 characters; the rule is 3 to 63: shorten or lengthen it.",
        ),
        ("name", "Test", "environment 'Test' breaks the rule: lower-case letters and digits, beginning with a letter."),
    ],
)
def test_refused(path: str, value: object, said: str) -> None:
    assert without_guesses(faults(changed(path, value))) == [f"{path} = {value!r}: {said}"]


def without_guesses(told: list[str]) -> list[str]:
    """What was meant is told too: test_nearest.py."""
    return [fault.partition("; did you mean ")[0] for fault in told]


def test_tasks_at_once_for_every_worker_type() -> None:
    found = {
        worker_type: GlueExtractSettings(worker_type=worker_type, number_of_workers=3).tasks_at_once
        for worker_type in WORKER_DPU
    }
    # The first of the workers is the driver.
    assert found == {"G.1X": 8, "G.2X": 16, "G.4X": 32}


def test_a_run_ends_before_glue_stops_it() -> None:
    assert GlueExtractSettings(timeout=10).time_limit_minutes == 5
    assert GlueExtractSettings().time_limit_minutes == GlueExtractSettings().timeout - 5
