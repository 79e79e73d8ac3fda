from __future__ import annotations

import re
from datetime import UTC, date, datetime
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError

from envs.prod import PROD
from envs.selection import ENVIRONMENTS
from glue_src.exceptions import (
    ForeignHeaderError,
    HeldError,
    IncompleteRunError,
    MalformedDataError,
    NoCompleteRunError,
    PartitionTooLargeError,
    PseudonymKeyError,
    QuarantinedError,
    Removal,
    TableFileError,
    TableMetadataError,
    TableMissingError,
    TableMovedError,
    TableRefusedError,
    TableSchemaError,
)
from ops.checks import findings
from ops.checks.findings import ATTENTION, OK, UNKNOWN, Examination, Finding
from ops.checks.lateness import Lateness
from ops.checks.upkeep import partitions
from ops.doctor import CHECKS, Report, examine
from ops.platform import Platform
from ops.remedies import EXTRACT_REMEDIES, TRANSFORM_REMEDIES, remedy_for

DAY = date(2026, 1, 31)
RUNBOOK = Path(__file__).parents[3] / "docs" / "runbook.md"
#: What only a deployment meets, and what is a wish and no ailment.
NOT_EXAMINED = {"Run ETL-1 by hand", "A person asks what is held about them", "A person asks to be erased"}
#: The troubleshooting headings of the system that this one replaces.
TROUBLESHOOTING = {"Lambda Timeout", "Glue Job Failures", "Crawler Not Detecting Schema", "Athena Query Errors"}


def headings() -> set[str]:
    return set(re.findall(r"^## (.*)$", RUNBOOK.read_text(encoding="utf-8"), re.MULTILINE))


def test_every_ailment_of_the_runbook_is_examined() -> None:
    examined = {heading for check in CHECKS for heading in check.headings}
    assert headings() - NOT_EXAMINED - examined == set()
    assert examined - headings() == TROUBLESHOOTING


def test_remedies_point_to_headings_that_are_there() -> None:
    assert {remedy.heading for remedy in (*EXTRACT_REMEDIES, *TRANSFORM_REMEDIES)} - headings() == set()


def test_failures_find_their_remedy() -> None:
    wanted = {
        ("ETL-1", "Task timed out after 900.00 seconds"): "lambda_.timeout",
        ("ETL-1", "DeadlineExceededError: 20 seconds are left until the service stops the run"): "lambda_.timeout",
        ("ETL-1", "WorkerError: the process of share 1 ended, status -9"): "lambda_.memory_size",
        ("ETL-1", "DestinationError: the bucket refused: AccessDenied"): "cdktf deploy 'cat-prod-*'",
        ("ETL-1", "RunSummaryError: run 1 does not reconcile"): "a defect",
        ("ETL-2", str(NoCompleteRunError([IncompleteRunError(DAY, "1", ["cut off"])]))): "run --env prod",
        ("ETL-2", str(HeldError("1", "prod", [Removal("messages", 5, 9)], 0.2))): "run --env prod --accept-removal",
        ("ETL-2", str(TableMovedError("messages", 5))): "curate --env prod",
        ("ETL-2", str(TableSchemaError("messages", ["column 'x' is long in the table"]))): "new field id",
        (
            "ETL-2",
            str(TableMetadataError("messages", "s3://a/b", "is missing")),
        ): "restore --env prod --deleted-since",
        ("ETL-2", str(TableFileError("messages", "s3://a/b is missing."))): "restore --env prod --deleted-since",
        ("ETL-2", str(TableRefusedError("messages", "(Service: S3, Status Code: 403)"))): "cdktf deploy 'cat-prod-*'",
        ("ETL-2", str(TableMissingError("a", "messages", "is missing"))): "ops restore --env prod",
        ("ETL-2", str(PseudonymKeyError("/cat/prod/pseudonym-key", "prod", "is not there"))): "make-key --env prod && ",
        ("ETL-2", str(PartitionTooLargeError("messages", 2**31, 2**30))): "a narrower partition",
        ("ETL-2", str(MalformedDataError("messages", "key", "[count] It is."))): "run --env prod",
        ("ETL-2", "TIMEOUT "): "etl.glue.timeout",
        ("ETL-2", str(ForeignHeaderError("messages", "key", "has unknown columns"))): "from one commit",
        ("ETL-2", str(QuarantinedError("1", "key", ["a"]))): "query --env prod failed_checks",
        ("ETL-2", "ExecutorLostFailure (executor 3 exited)"): "number_of_workers",
        ("ETL-2", "An error occurred (AccessDenied) when calling PutObject"): "cdktf deploy 'cat-prod-*'",
        ("ETL-2", "something new"): "repeat it",
    }
    platform = Platform(PROD, boto3.Session(region_name=PROD.provider.region))
    for (etl, error), remedy in wanted.items():
        assert remedy in remedy_for(etl, error, platform)[0], error


def test_a_report_is_well_only_if_all_could_be_looked_at() -> None:
    ok, bad, unknown = (Finding("check", state, "said") for state in (OK, ATTENTION, UNKNOWN))
    assert Report("prod", (ok, ok), Lateness("none")).well
    assert not Report("prod", (ok, bad), Lateness("none")).well
    assert not Report("prod", (ok, unknown), Lateness("none")).well


@pytest.mark.parametrize(("code", "state"), [("AccessDeniedException", UNKNOWN), ("NoSuchBucket", ATTENTION)])
def test_what_a_refused_question_leaves_open_is_said_beside_the_findings(
    code: str, state: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(*_: object) -> None:
        raise ClientError({"Error": {"Code": code}}, "GetTable")

    monkeypatch.setattr(findings, "read_table", refused)
    platform = Platform(PROD, boto3.Session(region_name=PROD.provider.region))
    tables = [check for check in CHECKS if check.name == "tables"]
    report = examine(Examination(platform, datetime.now(UTC)), tables)
    assert [(finding.check, finding.state) for finding in report.findings] == [("tables", state)]
    assert report.lateness == Lateness("refused")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("tickets", "the contract tickets divides no table"),
        ("prod", "not counted yet: the next run writes the tables and counts them"),
    ],
)
def test_where_no_partitions_are_counted_it_is_said_why(name: str, said: str) -> None:
    examined = Examination(Platform(ENVIRONMENTS[name], boto3.Session()), datetime.now(UTC))
    vars(examined)["states"] = {}
    assert list(partitions(examined)) == [Finding("partitions", OK, said)]
