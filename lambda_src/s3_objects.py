"""Objects in S3 that can be made in steps and unmade at any point.

Uploads carry CRC-32 checksums: S3 compares every part with what was sent, and the parts with their list at completion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from lambda_src.aws_errors import code_of, explained
from lambda_src.exceptions import DestinationError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef

MISSING_BUCKET: Final = {"NoSuchBucket": "Create the bucket in this account, or correct s3_bucket_name."}
_REMEDIES: Final = {
    **MISSING_BUCKET,
    "AccessDenied": (
        "Allow the run's role s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload under the clean prefix, "
        "s3:ListBucketMultipartUploads on the bucket, and kms:GenerateDataKey and kms:Decrypt on its key if it has one."
    ),
    "SlowDown": "S3 limits the rate of requests: run again later.",
}


class _StoredObject:
    """An object that may have become visible, and its removal."""

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        self._client = client
        self._bucket = bucket
        self._key = key
        # Set before the call that makes it so: when only the answer is lost, the object is there nevertheless.
        self._may_be_visible = False

    def undo_steps(self) -> Iterator[Callable[[], None]]:
        """Yield what has to be done, in order, so that nothing is left; each step may raise DestinationError."""
        if self._may_be_visible:
            yield self._delete

    def _delete(self) -> None:
        with self._explained("deleting"):
            self._client.delete_object(Bucket=self._bucket, Key=self._key)

    def _explained(self, doing: str) -> AbstractContextManager[None]:
        return explained(DestinationError, f"{doing} s3://{self._bucket}/{self._key}", _REMEDIES)


class SmallObject(_StoredObject):
    """An object written by one request."""

    def put(self, text: str, content_type: str) -> None:
        """Write the object.

        Raises:
            DestinationError: S3 does not answer, or refuses.
        """
        self._may_be_visible = True
        with self._explained("putting"):
            self._client.put_object(Bucket=self._bucket, Key=self._key, Body=text.encode(), ContentType=content_type)


@dataclass(frozen=True)
class UploadedPart:
    """The receipt of a part: its number, size in bytes, and what S3 says its content is."""

    number: int
    size: int
    etag: str
    crc32: str | None

    def completed(self) -> CompletedPartTypeDef:
        """Return what S3 must be told of the part when the upload is completed."""
        part: CompletedPartTypeDef = {"PartNumber": self.number, "ETag": self.etag}
        if self.crc32 is not None:
            part["ChecksumCRC32"] = self.crc32
        return part


@dataclass(frozen=True)
class OpenUpload:
    """A multipart upload that takes parts; other processes may hold it too."""

    bucket: str
    key: str
    upload_id: str

    def upload_part(self, client: S3Client, number: int, body: bytes) -> UploadedPart:
        """Upload a part; one with the same number is replaced.

        Raises:
            DestinationError: S3 does not answer, or refuses.
        """
        with explained(DestinationError, f"uploading part {number} of s3://{self.bucket}/{self.key}", _REMEDIES):
            response = client.upload_part(
                Bucket=self.bucket,
                Key=self.key,
                UploadId=self.upload_id,
                PartNumber=number,
                Body=body,
                ChecksumAlgorithm="CRC32",
            )
        return UploadedPart(number, len(body), response["ETag"], response.get("ChecksumCRC32"))


class MultipartObject(_StoredObject):
    """An object uploaded in parts, which nobody sees before :meth:`complete`.

    Each method raises DestinationError when S3 does not answer, or refuses.
    """

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        super().__init__(client, bucket, key)
        self._upload: OpenUpload | None = None
        # Set while uploads may be open whose ids nobody knows: of attempts to open one whose answers were lost.
        self._may_have_strays = False

    def begin(self, content_type: str) -> OpenUpload:
        """Open the upload."""
        self._may_have_strays = True
        with self._explained("opening the upload of"):
            response = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._key, ContentType=content_type, ChecksumAlgorithm="CRC32"
            )
        self._upload = OpenUpload(self._bucket, self._key, response["UploadId"])
        if response["ResponseMetadata"]["RetryAttempts"]:
            self._abort_strays()
        self._may_have_strays = False
        return self._upload

    def complete(self, parts: Sequence[UploadedPart]) -> None:
        """Make the object visible, of these parts in the order of their numbers; S3 drops all others."""
        if self._upload is None:
            message = f"s3://{self._bucket}/{self._key} has no open upload: begin() must come first."
            raise DestinationError(message)
        self._may_be_visible = True
        with self._explained("completing"):
            self._client.complete_multipart_upload(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload.upload_id,
                MultipartUpload={"Parts": [part.completed() for part in parts]},
            )
        self._upload = None

    def undo_steps(self) -> Iterator[Callable[[], None]]:
        """Yield the abort of an open upload before the deletion: an aborted upload cannot become visible any more."""
        if self._upload is not None:
            yield partial(self._abort, self._upload.upload_id)
        if self._may_have_strays:
            yield self._abort_strays
        yield from super().undo_steps()

    def _abort_strays(self) -> None:
        """Abort all open uploads of the key but the known one. The key has the run's id: no other run opens any."""
        with self._explained("listing the open uploads of"):
            pages = self._client.get_paginator("list_multipart_uploads").paginate(Bucket=self._bucket, Prefix=self._key)
            open_ids = [upload["UploadId"] for page in pages for upload in page.get("Uploads", [])]
        for upload_id in open_ids:
            if self._upload is None or upload_id != self._upload.upload_id:
                self._abort(upload_id)

    def _abort(self, upload_id: str) -> None:
        with self._explained("aborting the upload of"):
            try:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=upload_id)
            except ClientError as error:
                # Already completed, with only the answer lost: the deletion that follows takes care of it.
                if code_of(error) != "NoSuchUpload":
                    raise
