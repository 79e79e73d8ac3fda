from __future__ import annotations

import json
import os
from dataclasses import replace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from envs.prod import PROD
from envs.schema import ProviderSettings
from envs.test import TEST
from tools.local.aws_environment import ISOLATION
from tools.state_bucket import StateBucketError, ensure_state_bucket, main

BUCKET = "cat-test-terraform-state"


class FakeSts:
    """Answers who the credentials belong to."""

    def get_caller_identity(self) -> dict[str, str]:
        return {"Account": "111111111111"}


class FakeS3:
    """Records every call; ``head`` is the HTTP status of the bucket."""

    class meta:  # noqa: N801 the client's own name
        partition = "aws-us-gov"

    def __init__(self, head: int = 200) -> None:
        self.head = head
        self.calls: dict[str, dict[str, Any]] = {}

    def head_bucket(self, **arguments: Any) -> None:
        assert arguments == {"Bucket": BUCKET}
        if self.head != 200:
            answer: Any = {"Error": {"Code": str(self.head)}, "ResponseMetadata": {"HTTPStatusCode": self.head}}
            raise ClientError(answer, "HeadBucket")

    def __getattr__(self, name: str) -> Any:
        return lambda **arguments: self.calls.__setitem__(name, arguments)


def ensure(s3: Any, provider: ProviderSettings | None = None) -> bool:
    sts: Any = FakeSts()
    return ensure_state_bucket(replace(TEST, provider=provider or TEST.provider), s3, sts)


def test_made_where_there_is_none() -> None:
    s3 = FakeS3(head=404)
    assert ensure(s3) is True
    assert s3.calls["create_bucket"] == {"Bucket": BUCKET}


def test_location_constraint_outside_the_first_region() -> None:
    s3 = FakeS3(head=404)
    ensure(s3, ProviderSettings(region="sa-east-1"))
    assert s3.calls["create_bucket"] == {
        "Bucket": BUCKET,
        "CreateBucketConfiguration": {"LocationConstraint": "sa-east-1"},
    }


@pytest.mark.parametrize("head", [200, 404])
def test_settings_are_put_whether_it_was_there_or_not(head: int) -> None:
    s3 = FakeS3(head=head)
    assert ensure(s3) is (head == 404)
    assert s3.calls["put_bucket_versioning"]["VersioningConfiguration"] == {"Status": "Enabled"}
    assert s3.calls["put_bucket_encryption"]["ServerSideEncryptionConfiguration"] == {
        "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}, "BucketKeyEnabled": True}]
    }
    assert s3.calls["put_bucket_ownership_controls"]["OwnershipControls"] == {
        "Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]
    }
    assert s3.calls["put_public_access_block"]["PublicAccessBlockConfiguration"] == dict.fromkeys(
        ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"], True
    )
    (refusal,) = json.loads(s3.calls["put_bucket_policy"]["Policy"])["Statement"]
    assert refusal["Resource"] == [f"arn:aws-us-gov:s3:::{BUCKET}", f"arn:aws-us-gov:s3:::{BUCKET}/*"]
    assert refusal["Effect"] == "Deny"
    assert refusal["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert {"Key": "ManagedBy", "Value": "CDKTF"} in s3.calls["put_bucket_tagging"]["Tagging"]["TagSet"]


def test_another_owners_bucket() -> None:
    s3 = FakeS3(head=403)
    with pytest.raises(StateBucketError, match="'cat-test-terraform-state' exists and is not yours"):
        ensure(s3)
    assert s3.calls == {}


def test_unexpected_answer_is_not_taken_for_a_missing_bucket() -> None:
    s3 = FakeS3(head=500)
    with pytest.raises(ClientError):
        ensure(s3)
    assert s3.calls == {}


def test_wrong_account_touches_nothing() -> None:
    s3 = FakeS3(head=404)
    allowed = ProviderSettings(allowed_account_ids=("222222222222", "333333333333"))
    with pytest.raises(StateBucketError) as raised:
        ensure(s3, allowed)
    assert str(raised.value) == (
        "the credentials belong to account 111111111111; environment 'test' allows 222222222222, 333333333333: "
        "use that account's credentials, or change provider.allowed_account_ids"
    )
    assert s3.calls == {}
    assert ensure(s3, ProviderSettings(allowed_account_ids=("222222222222", "111111111111"))) is True


def test_guarded_environment_has_to_say_its_account() -> None:
    s3: Any = FakeS3(head=404)
    sts: Any = FakeSts()
    with pytest.raises(StateBucketError) as raised:
        ensure_state_bucket(PROD, s3, sts)
    assert str(raised.value) == (
        "environment 'prod' guards its data, so it has to be said in which account it lives: set CAT_PROD_ACCOUNT_ID, "
        "or provider.allowed_account_ids in envs/prod.py"
    )
    assert s3.calls == {}


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("staging", "no such environment; known are local, prod, test"),
        ("local", "the local environment needs an endpoint on this machine"),
    ],
)
def test_command_line_refuses_before_it_asks_aws(monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(boto3, "client", lambda *_, **__: pytest.fail("AWS was asked"))
    with pytest.raises(SystemExit) as raised:
        main(["--env", name])
    assert str(raised.value.code).startswith(f"state bucket of {name!r}: ")
    assert said in str(raised.value.code)


@pytest.mark.parametrize(
    ("profile", "said"),
    [({}, "Unable to locate credentials."), ({"AWS_PROFILE": "nobody"}, "The config profile (nobody)")],
    ids=("no credentials", "no such profile"),
)
def test_who_has_no_credentials_is_told_what_to_set(
    monkeypatch: pytest.MonkeyPatch, profile: dict[str, str], said: str
) -> None:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in {**ISOLATION, **profile}.items():
        monkeypatch.setenv(name, value)
    # A client of this process's own session would keep what it found before.
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    with pytest.raises(SystemExit) as raised:
        main(["--env", "test"])
    assert str(raised.value.code).startswith(f"state bucket of 'test': No usable AWS credentials were found. {said}")
    assert str(raised.value.code).endswith(
        "Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and repeat."
    )


def test_command_line_needs_an_environment(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as raised:
        main([])
    assert raised.value.code == 2
    assert "the following arguments are required: --env" in capsys.readouterr().err


@pytest.mark.parametrize(("head", "done"), [(404, "made"), (200, "was there; its settings are as they should be")])
def test_command_line_says_what_it_did(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], head: int, done: str
) -> None:
    clients: dict[str, Any] = {"s3": FakeS3(head=head), "sts": FakeSts()}
    regions = []

    def client(service: str, *, region_name: str) -> Any:
        regions.append(region_name)
        return clients[service]

    monkeypatch.setattr(boto3, "client", client)
    main(["--env", "test"])
    assert capsys.readouterr().out == f"{BUCKET}: {done}\n"
    assert regions == ["us-east-1", "us-east-1"]
