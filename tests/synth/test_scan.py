"""checkov over the synthesized stacks. It is trusted only as far as it finds what is broken here on purpose."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from tests.synth.synthesized import OWN_KEY_STACKS, Stack
from tools.local.synthesis import DOCUMENT
from tools.scan import stacks as scanner
from tools.scan.environment import ScanError
from tools.scan.skips import SKIPS
from tools.scan.stacks import Finding, Report, as_read, judge, scan

Document = dict[str, Any]
FINDING = Finding("cat-prod-normalize", "CKV_AWS_145", "reports", "Ensure that S3 buckets are encrypted with KMS")


@pytest.fixture(scope="session")
def report(all_stacks: dict[str, Stack], pipeline: Stack) -> Report:
    stacks = {**all_stacks, pipeline.name: pipeline}
    return scan({name: stack.folder / DOCUMENT for name, stack in stacks.items()})


def test_nothing_fails_but_what_is_skipped(report: Report) -> None:
    assert [str(finding) for finding in judge(report.failed, OWN_KEY_STACKS).failed] == []
    assert report.passed > 500


def test_every_skip_is_needed(report: Report) -> None:
    assert judge(report.failed, OWN_KEY_STACKS).unused == []


def test_own_key_needs_no_skip_about_keys(report: Report) -> None:
    about_keys = {skip.check for skip in SKIPS if skip.ends_with_own_key}
    assert [str(found) for found in report.failed if found.check in about_keys and found.stack in OWN_KEY_STACKS] == []


def test_every_skip_says_what_and_why_once() -> None:
    assert len({skip.check for skip in SKIPS}) == len(SKIPS)
    assert all(skip.on and skip.what and skip.why.endswith(".") for skip in SKIPS)


def test_what_no_skip_names_has_failed() -> None:
    elsewhere = replace(FINDING, resource="artifacts")
    unknown = replace(FINDING, check="CKV_AWS_20")
    assert judge([FINDING, elsewhere, unknown], frozenset()).failed == [elsewhere, unknown]


def test_skips_for_services_keys_end_with_an_own_key() -> None:
    assert judge([FINDING], frozenset({"cat-prod-etl2"})).failed == []
    assert judge([FINDING], frozenset({FINDING.stack})).failed == [FINDING]


def test_skip_that_excuses_nothing_is_told() -> None:
    (skip,) = (skip for skip in SKIPS if skip.check == FINDING.check)
    assert judge([FINDING], frozenset(), [skip]).unused == []
    assert judge([FINDING], frozenset({FINDING.stack}), [skip]).unused == [(FINDING.check, "reports")]
    assert judge([FINDING], frozenset(), [replace(skip, on=("reports", "more"))]).unused == [(FINDING.check, "more")]


@dataclass(frozen=True)
class Break:
    """Something that must not be in a stack, and the check that has to find it."""

    stack: str
    check: str
    resource: str
    change: Callable[[Document], Any]


def allow_also(kind: str, name: str, statement: Document, argument: str = "policy") -> Callable[[Document], None]:
    """Add a statement to a resource's policy."""

    def change(resources: Document) -> None:
        settings = resources[kind][name]
        document = json.loads(settings[argument])
        document["Statement"].append({"Effect": "Allow", **statement})
        settings[argument] = json.dumps(document)

    return change


NORMALIZE, ETL = "cat-prod-normalize", "cat-prod-etl2"
ANYBODY = {"Action": "*", "Resource": "*", "Principal": "*"}
BREAKS = {
    "public bucket": Break(
        *(NORMALIZE, "CKV2_AWS_6", "reports"), lambda resources: resources.pop("aws_s3_bucket_public_access_block")
    ),
    "bucket that anybody may write": Break(
        *(NORMALIZE, "CKV_AWS_70", "reports"), allow_also("aws_s3_bucket_policy", "reports", ANYBODY)
    ),
    "bucket without versions": Break(
        *(NORMALIZE, "CKV_AWS_21", "reports"), lambda resources: resources.pop("aws_s3_bucket_versioning")
    ),
    "secret in a variable": Break(
        *(NORMALIZE, "CKV_AWS_45", "normalize"),
        lambda resources: resources["aws_lambda_function"]["normalize"]["environment"]["variables"].update(
            # AWS's own example of a key.
            KEY="AKIAIOSFODNN7EXAMPLE"
        ),
    ),
    "role that may do all": Break(
        *(NORMALIZE, "CKV_AWS_62", "normalize"),
        allow_also("aws_iam_role_policy", "normalize", {"Action": "*", "Resource": "*"}),
    ),
    # From here on what checkov finds only in the form of a plan.
    "role that may write everywhere": Break(
        *(ETL, "CKV_AWS_290", "job"),
        allow_also("aws_iam_role_policy", "job", {"Action": ["s3:PutObject"], "Resource": "*"}),
    ),
    "topic that anybody may use": Break(
        *(NORMALIZE, "CKV_AWS_169", "alerts"), allow_also("aws_sns_topic_policy", "alerts", ANYBODY)
    ),
    "queue that anybody may use": Break(
        *(ETL, "CKV_AWS_168", "dead_letters"), allow_also("aws_sqs_queue", "dead_letters", ANYBODY)
    ),
}


@pytest.fixture(scope="module")
def found(stacks: dict[str, Stack], tmp_path_factory: pytest.TempPathFactory) -> frozenset[Finding]:
    """What is found in stacks that are broken on purpose, each named by what is wrong with it."""
    folder = tmp_path_factory.mktemp("broken")
    files = {}
    for number, (name, broken) in enumerate(BREAKS.items()):
        document = json.loads(stacks[broken.stack].text)
        broken.change(document["resource"])
        files[name] = folder / f"{number}" / DOCUMENT
        files[name].parent.mkdir()
        files[name].write_text(json.dumps(document), encoding="utf-8")
    return scan(files).failed


@pytest.mark.parametrize("name", BREAKS)
def test_break_is_found_and_not_excused(found: frozenset[Finding], name: str) -> None:
    of_this = [finding for finding in found if finding.stack == name]
    failed = {(finding.check, finding.resource) for finding in judge(of_this, frozenset()).failed}
    assert (BREAKS[name].check, BREAKS[name].resource) in failed, failed


@pytest.mark.parametrize("text", ["{", '{"resource": {}}'], ids=["broken", "empty"])
def test_file_that_checkov_does_not_read_is_an_error(tmp_path: Path, text: str) -> None:
    file = tmp_path / DOCUMENT
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ScanError, match="checkov"):
        scanner.checkov({"this": file}, scanner.JSON_FRAMEWORK)


def test_check_that_breaks_down_is_an_error(stacks: dict[str, Stack], tmp_path: Path) -> None:
    document = json.loads(stacks[NORMALIZE].text)
    # Of an ACL, checkov's CKV_AWS_379 asks for a graph that it has not made.
    document["resource"]["aws_s3_bucket_acl"] = {"reports": {"bucket": "reports", "acl": "public-read"}}
    file = tmp_path / DOCUMENT
    file.write_text(json.dumps(as_read(document)), encoding="utf-8")
    with pytest.raises(ScanError, match="CKV_AWS_379"):
        scanner.checkov({"this": file}, scanner.JSON_FRAMEWORK)
