"""DynamoDB and S3 in memory: enough of their rules to tell a right run from a wrong one, and failures on demand."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from lambda_src.settings import Settings

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

BUCKET = "cat-test-normalize-reports"
TABLE = "cat-test-catia-conversations-table"
ENVIRONMENT = {
    "S3_BUCKET_NAME": BUCKET,
    "DYNAMODB_TABLE_NAME": TABLE,
    "PROJECT_ID": "P2124",
    "ENVIRONMENT": "test",
    "CLIENT": "CAT",
    "CLEAN_PREFIX": "reports/etl-process1/",
    "TIME_ZONE": "America/Bogota",
    "EXCLUSION_RULES": '[{"name": "monitor", "attribute": "user_id", "operator": "equals", "values": ["monitor"]}]',
    "SCAN_SEGMENTS": "1",
    "MAX_READ_CAPACITY_UNITS": "unlimited",
    "METRICS_NAMESPACE": "CAT/Normalize",
    "CONTRACT": "catia",
    "TOMBSTONE_KEY": "/cat/test/tombstone-key",
}
SETTINGS = Settings.from_environment(ENVIRONMENT)


def client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} it is"}}, operation)


def failing_at(*numbers: int, code: str = "SlowDown") -> Callable[[int], None]:
    """Return a hook of FakeS3 that refuses the calls with these numbers."""

    def fail(number: int) -> None:
        if number in numbers:
            error = client_error(code, "SomeOperation")
            raise error

    return fail


@dataclass
class FakeDynamoDB:
    """Answers scans from pages, by segment; ``requests`` keeps what was asked."""

    segments: Sequence[Sequence[Sequence[dict[str, Any]]]]
    errors: dict[int, Exception] = field(default_factory=dict)
    requests: list[dict[str, Any]] = field(default_factory=list)

    def describe_table(self, **request: Any) -> dict[str, Any]:
        assert request == {"TableName": TABLE}
        return {"Table": {"TableSizeBytes": 1000}}

    def scan(self, **request: Any) -> dict[str, Any]:
        """Answer as a client does that leaves the body to lambda_src.scan."""
        self.requests.append(request)
        if len(self.requests) - 1 in self.errors:
            raise self.errors[len(self.requests) - 1]
        assert request["TableName"] == TABLE
        assert request.get("TotalSegments", 1) == len(self.segments)
        pages = self.segments[request.get("Segment", 0)]
        number = int(request.get("ExclusiveStartKey", {"page": {"N": "0"}})["page"]["N"])
        page = {
            "Items": list(pages[number]),
            "Count": len(pages[number]),
            "ScannedCount": len(pages[number]),
            "ConsumedCapacity": {"TableName": TABLE, "CapacityUnits": 0.5},
        }
        if number + 1 < len(pages):
            page["LastEvaluatedKey"] = {"page": {"N": str(number + 1)}}
        return {"Body": json.dumps(page).encode(), "ResponseMetadata": {"RetryAttempts": 0, "HTTPHeaders": {}}}

    def as_client(self) -> DynamoDBClient:
        return cast("DynamoDBClient", self)


@dataclass
class FakeS3:
    """Holds objects and open uploads.

    ``before`` sees the number of each call and may raise in place of it; ``after`` may raise once it has been done, as
    when an answer is lost.
    """

    before: Callable[[int], None] = lambda _: None
    after: Callable[[int], None] = lambda _: None
    #: How often the SDK says that it has repeated the opening of an upload.
    retries: int = 0
    calls: list[tuple[str, str]] = field(default_factory=list)
    objects: dict[str, bytes] = field(default_factory=dict)
    content_types: dict[str, str] = field(default_factory=dict)
    uploads: dict[str, tuple[str, dict[int, bytes]]] = field(default_factory=dict)

    def create_multipart_upload(self, **request: Any) -> dict[str, Any]:
        def create() -> dict[str, Any]:
            assert request["ChecksumAlgorithm"] == "CRC32"
            self.content_types[request["Key"]] = request["ContentType"]
            self.uploads[f"upload-{len(self.calls)}"] = (request["Key"], {})
            return {"UploadId": f"upload-{len(self.calls)}", "ResponseMetadata": {"RetryAttempts": self.retries}}

        return self._call("create", request, create)

    def upload_part(self, **request: Any) -> dict[str, Any]:
        def upload() -> dict[str, Any]:
            self._parts(request)[request["PartNumber"]] = bytes(request["Body"])
            number = request["PartNumber"]
            return {"ETag": f'"etag-{number}"', "ChecksumCRC32": f"crc-{number}"}

        return self._call("part", request, upload)

    def complete_multipart_upload(self, **request: Any) -> dict[str, Any]:
        def complete() -> dict[str, Any]:
            parts = self._parts(request)
            listed = request["MultipartUpload"]["Parts"]
            numbers = [part["PartNumber"] for part in listed]
            assert listed == [
                {"PartNumber": number, "ETag": f'"etag-{number}"', "ChecksumCRC32": f"crc-{number}"}
                for number in numbers
            ]
            assert numbers == sorted(set(numbers))
            assert numbers
            assert all(len(parts[number]) >= 5 * 1024 * 1024 for number in numbers[:-1])
            self.objects[request["Key"]] = b"".join(parts[number] for number in numbers)
            del self.uploads[request["UploadId"]]
            return {}

        return self._call("complete", request, complete)

    def abort_multipart_upload(self, **request: Any) -> dict[str, Any]:
        def abort() -> dict[str, Any]:
            self._parts(request)
            del self.uploads[request["UploadId"]]
            return {}

        return self._call("abort", request, abort)

    def get_paginator(self, operation: str) -> FakeS3:
        assert operation == "list_multipart_uploads"
        return self

    def paginate(self, **request: Any) -> list[dict[str, Any]]:
        def list_uploads() -> dict[str, Any]:
            found = [name for name, (key, _) in self.uploads.items() if key.startswith(request["Prefix"])]
            return {"Uploads": [{"UploadId": name} for name in found]} if found else {}

        return [self._call("list", {**request, "Key": request["Prefix"]}, list_uploads)]

    def put_object(self, **request: Any) -> dict[str, Any]:
        def put() -> dict[str, Any]:
            self.content_types[request["Key"]] = request["ContentType"]
            self.objects[request["Key"]] = request["Body"]
            return {}

        return self._call("put", request, put)

    def delete_object(self, **request: Any) -> dict[str, Any]:
        def delete() -> dict[str, Any]:
            self.objects.pop(request["Key"], None)
            return {}

        return self._call("delete", request, delete)

    def get_object(self, **request: Any) -> dict[str, Any]:
        """Answer a read; reads are no calls, for they change nothing."""
        assert request["Bucket"] == BUCKET
        if request["Key"] not in self.objects:
            error = client_error("NoSuchKey", "GetObject")
            raise error
        return {"Body": BytesIO(self.objects[request["Key"]])}

    def as_client(self) -> S3Client:
        return cast("S3Client", self)

    def _parts(self, request: dict[str, Any]) -> dict[int, bytes]:
        key, parts = self.uploads.get(request["UploadId"], ("", {}))
        if key != request["Key"]:
            error = client_error("NoSuchUpload", "AnyMultipartOperation")
            raise error
        return parts

    def _call(self, name: str, request: dict[str, Any], act: Callable[[], dict[str, Any]]) -> dict[str, Any]:
        assert request["Bucket"] == BUCKET
        number = len(self.calls)
        self.calls.append((name, request["Key"]))
        self.before(number)
        answer = act()
        self.after(number)
        return answer
