"""Calls as they are kept, tokens as they are resolved, and what a call needs beside itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tools.local.assumed_role import JOB_SESSION
from tools.scan.privilege import calls
from tools.scan.privilege.calls import Call, calls_in, keep, recorded, steady
from tools.scan.privilege.implied import implied_by
from tools.scan.privilege.roles import KEY_ARN, Grant, Role, resolved, roles_of
from tools.scan.privilege.unrecorded import Unrecorded

RUN = "20260131T043000.000000Z-0123abcd"
BUCKET = "arn:aws:s3:::cat-local-normalize-reports"


def decision(**said: Any) -> dict[str, Any]:
    usual = {"role": "cat-local-etl2-job", "session": JOB_SESSION, "context": {}, "allowed": True}
    return {**usual, "operation": "HEAD object", "action": "s3:GetObject", "resource": BUCKET, **said}


@pytest.mark.parametrize(
    ("made", "kept"),
    [
        (f"{BUCKET}/reports/etl-process1/messages/dt=2026-01-31/messages-{RUN}.csv",
         "arn:aws:s3:::cat-{env}-normalize-reports/reports/etl-process1/{dataset}/dt={day}/{dataset}-{run}.csv"),
        (f"{BUCKET}/reports/etl-process2/messages/data/conversation_id_trunc=CONVERSATION%232026-01/00000-1-a.parquet",
         "arn:aws:s3:::cat-{env}-normalize-reports/reports/etl-process2/{dataset}/data/{file}"),
        ("reports/etl-process2/runs/metadata/snap-1-2.avro", "reports/etl-process2/{dataset}/metadata/{file}"),
        ("reports/etl-process2/runs/data/", "reports/etl-process2/{dataset}/data/"),
        ("reports/etl-process2-restricted/rejected/data/a.parquet",
         "reports/etl-process2-restricted/{dataset}/data/{file}"),
        ("artifacts/tables/runs/00000-0123abcd-0123-0123-0123-0123456789ab.metadata.json",
         "artifacts/tables/{dataset}/00000-{uuid}.metadata.json"),
        ("arn:aws:glue:us-east-1:000000000000:table/cat_local_analytics_db/messages",
         "arn:aws:glue:us-east-1:000000000000:table/cat_{env}_analytics_db/messages"),
        (f"artifacts/{'0a' * 32}/job.py", "artifacts/{sha256}/job.py"),
    ],
)  # fmt: skip
def test_what_varies_is_left_out(made: str, kept: str) -> None:
    assert steady(made) == kept


def test_refused_calls_are_no_evidence() -> None:
    assert calls_in([decision(allowed=False)]) == {}


def test_operations_have_their_names_in_the_api() -> None:
    made = calls_in(
        [decision(), decision(operation="GET object"), decision(operation="GetTable", action="glue:GetTable")]
    )
    assert sorted(map(sorted, made.values())) == [["GetObject", "HeadObject"], ["GetTable"]]


def test_unknown_operation_of_s3_is_told() -> None:
    with pytest.raises(KeyError, match="PATCH object"):
        calls_in([decision(operation="PATCH object")])


def test_what_is_kept_is_what_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calls, "RECORDED", tmp_path / "recorded.json")
    made = calls_in([decision(context={"s3:prefix": "reports/"}), decision(operation="GET object")])
    keep(made)
    assert recorded() == made


def test_call_takes_the_environments_name() -> None:
    call = Call("cat-{env}-etl2-job", "s3:ListBucket", "arn:aws:s3:::cat-{env}-b", (("s3:prefix", "{env}/"),))
    assert call.in_environment("prod") == Call(
        "cat-prod-etl2-job", "s3:ListBucket", "arn:aws:s3:::cat-prod-b", (("s3:prefix", "prod/"),)
    )


def test_reading_takes_decryption_and_writing_a_data_key_and_parts_both() -> None:
    read, write, parts = (Call("role", f"s3:{action}", name) for action, name in
                          (("GetObject", "a"), ("PutObject", "b"), ("PutObject", "c")))  # fmt: skip
    assert {call.action for call in implied_by({read: frozenset({"HeadObject"})})} == {"kms:Decrypt"}
    assert {call.action for call in implied_by({write: frozenset({"PutObject"})})} == {"kms:GenerateDataKey"}
    in_parts = implied_by({parts: frozenset({"CreateMultipartUpload", "UploadPart"})})
    assert {call.action: by for call, by in in_parts.items()} == {
        "kms:GenerateDataKey": {"CreateMultipartUpload", "UploadPart"},
        "kms:Decrypt": {"UploadPart"},
    }
    assert {call.resource for call in in_parts} == {KEY_ARN}
    assert implied_by({Call("role", "s3:ListBucket", "a"): frozenset({"ListObjectsV2"})}) == {}


DOCUMENT: dict[str, Any] = {
    "data": {"aws_s3_bucket": {"reports": {"bucket": "cat-prod-normalize-reports"}}},
    "resource": {
        "aws_cloudwatch_log_group": {"normalize": {"name": "/aws/lambda/cat"}},
        "aws_iam_role": {"job": {"name": "cat-prod-etl2-job"}},
        "aws_iam_role_policy": {
            "job": {
                "policy": '{"Statement": [{"Sid": "Read", "Action": ["s3:GetObject"], "Resource": '
                '["${data.aws_s3_bucket.reports.arn}/a/*"], "Condition": {"StringEquals": {"k": ["1", "2"]}}}]}'
            }
        },
    },
}


def test_tokens_become_arns() -> None:
    assert resolved("${aws_cloudwatch_log_group.normalize.arn}:*", DOCUMENT) == (
        "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/cat:*"
    )
    assert resolved("${data.aws_kms_alias.data.target_key_arn}", DOCUMENT) == KEY_ARN
    assert resolved("${aws_cloudwatch_log_group.normalize.name}", DOCUMENT) == "/aws/lambda/cat"
    with pytest.raises(KeyError):
        resolved("${aws_vpc.new.arn}", DOCUMENT)


def test_grants_are_single() -> None:
    (role,) = roles_of("cat-prod-etl2", DOCUMENT)
    resource = "arn:aws:s3:::cat-prod-normalize-reports/a/*"
    assert role.grants == tuple(
        Grant("Read", "s3:GetObject", resource, f'{{"StringEquals": {{"k": "{value}"}}}}') for value in ("1", "2")
    )
    assert role.generic_name == "cat-{env}-etl2-job"


def test_reason_is_for_its_own_role_statement_action_and_part_only() -> None:
    grant = Grant(
        "UseKey", "kms:Decrypt", KEY_ARN, '{"StringEquals": {"kms:ViaService": "sns.us-east-1.amazonaws.com"}}'
    )
    role = Role("cat-prod-etl2", "parquet", "cat-prod-etl2-function", (grant,))
    usual: dict[str, Any] = {"role": "cat-{env}-etl2-function", "sid": "UseKey", "actions": ("kms:Decrypt",)}
    assert Unrecorded(**usual, why="", source="", within="sns.").covers(role, grant)
    for other in ({"role": "cat-{env}-etl2-job"}, {"sid": "Other"}, {"actions": ("kms:Encrypt",)}, {"within": "s3."}):
        assert not Unrecorded(**{**usual, "why": "", "source": "", **other}).covers(role, grant)
