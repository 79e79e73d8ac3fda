from __future__ import annotations

from collections import Counter

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, NoCredentialsError, TokenRetrievalError

from ops.aws_errors import REFUSALS, explained, is_absence, is_local, refusal_of
from ops.exits import Exit


def refused(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": "Its own words"}}, "ListObjectsV2")


def test_a_code_means_one_thing() -> None:
    codes = Counter(code for row in REFUSALS for code in row.codes)
    assert [code for code, times in codes.items() if times > 1] == []
    assert sum(codes.values()) > 40


@pytest.mark.parametrize(
    ("error", "kind", "remedy"),
    [
        (refused("ExpiredToken"), "credentials expired", "Sign in anew"),
        (refused("InvalidClientTokenId"), "credentials wrong", "prod's account"),
        (refused("PermanentRedirect"), "region", "envs/prod.py"),
        (refused("AccessDenied"), "permission", "Have IAM allow it"),
        (refused("NoSuchBucket"), "bucket", "Deploy cat-prod-normalize"),
        (refused("EntityNotFoundException"), "resource", "Deploy both stacks of prod"),
        (refused("ThrottlingException"), "throttling", "Wait a minute"),
        (refused("InternalError"), "service", "health.aws.amazon.com"),
        (refused("Strange"), "other", "docs/runbook.md"),
        (NoCredentialsError(), "credentials missing", "AWS_PROFILE"),
        (TokenRetrievalError(provider="sso", error_msg="expired"), "credentials expired", "aws sso login"),
        (EndpointConnectionError(endpoint_url="http://x"), "endpoint", "AWS_ENDPOINT_URL"),
    ],
)
def test_every_refusal_says_what_to_do(error: ClientError, kind: str, remedy: str) -> None:
    assert refusal_of(error).kind == kind
    told = explained(error, "prod", "us-east-1")
    assert told.code is Exit.AWS
    assert remedy in told.remedy
    assert str(error).rstrip(".") in told.message


def test_whose_matter_an_error_is() -> None:
    assert is_absence(refused("NoSuchBucket"))
    assert not is_absence(refused("AccessDenied"))
    assert is_local(refused("AccessDenied"))
    assert not is_local(refused("ExpiredToken")), "no other request will be answered either"
