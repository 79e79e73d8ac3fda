"""An error of boto3 says what the request was about."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from glue_src.named_errors import name_errors

TABLE: dict[str, Any] = {"DatabaseName": "lake", "TableInput": {"Name": "messages"}}
DELETED: dict[str, Any] = {"Bucket": "b", "Delete": {"Objects": [{"Key": "first"}, {"Key": "second"}]}}
REQUESTS: tuple[tuple[Any, str, dict[str, Any], str], ...] = (
    ("s3", "get_object", {"Bucket": "b", "Key": "a key"}, "s3://b/a key"),
    ("s3", "list_objects_v2", {"Bucket": "b", "Prefix": "some/"}, "s3://b/some/"),
    ("s3", "delete_objects", DELETED, "s3://b/first"),
    ("glue", "get_table", {"DatabaseName": "lake", "Name": "messages"}, "table lake.messages"),
    ("glue", "update_table", TABLE, "table lake.messages"),
)


@pytest.mark.parametrize(("service", "operation", "parameters", "subject"), REQUESTS)
def test_an_error_ends_in_what_it_is_about(
    service: Any, operation: str, parameters: dict[str, Any], subject: str
) -> None:
    client = boto3.client(
        service,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
    )
    for _ in range(2):
        name_errors(client)
    with Stubber(client) as stub:
        stub.add_client_error(operation, "AccessDenied", "Forbidden", 403)
        with pytest.raises(ClientError, match=rf"AccessDenied.*: Forbidden \({subject}\)$"):
            getattr(client, operation)(**parameters)
