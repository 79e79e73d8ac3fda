"""S3 that refuses is heard, and each client tries as often as it is said to."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from glue_src.clients import default_clients
from glue_src.exceptions import UndeletedError
from glue_src.storage import Bucket


class Refusing:
    """Refuses to delete the keys that end in an odd digit."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def delete_objects(self, Bucket: str, Delete: Any) -> Any:  # noqa: ARG002, N803 - AWS's names
        keys = [each["Key"] for each in Delete["Objects"]]
        self.asked.append(len(keys))
        return {"Errors": [{"Key": key, "Code": "AccessDenied"} for key in keys if key[-1] in "13579"]}


def test_objects_that_s3_does_not_delete_are_told() -> None:
    s3: Any = Refusing()
    Bucket(s3, "b").delete(["0", "2"])
    with pytest.raises(UndeletedError, match=r"not delete 2 objects \(AccessDenied\), the first of them 1: check"):
        Bucket(s3, "b").delete(["0", "1", "2", "3"])
    with pytest.raises(UndeletedError, match="S3 did not delete 1 objects"):
        Bucket(s3, "b").delete([*["0"] * 1500, "9"])
    assert s3.asked == [2, 4, 1000, 501]


def test_only_what_is_not_there_is_not_found() -> None:
    """S3 answers 403 where listing is not allowed: that is not "no such object"."""
    s3 = boto3.Session("a", "b", region_name="us-east-1").client("s3")
    with Stubber(s3) as answers:
        answers.add_client_error("head_object", "404", http_status_code=404)
        assert Bucket(s3, "b").find("k") is None
        answers.add_client_error("head_object", "403", http_status_code=403)
        with pytest.raises(ClientError, match="403"):
            Bucket(s3, "b").find("k")


def test_each_client_tries_eight_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    default_clients.cache_clear()
    try:
        clients: list[Any] = list(vars(default_clients()).values())
    finally:
        default_clients.cache_clear()
    assert len(clients) == 5
    for client in clients:
        config = client.meta.config
        assert config.retries == {"mode": "standard", "total_max_attempts": 8}
        assert (config.connect_timeout, config.read_timeout) == (5, 30)
