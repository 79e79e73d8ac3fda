"""Objects in S3 that can be made in steps and unmade at any point.

Uploads carry CRC-32 checksums: S3 compares every part with what was sent, and the parts with their list at completion.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from botocore.exceptions import ClientError

from lambda_src.aws_errors import code_of, explained
from lambda_src.exceptions import DestinationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import CompletedPartTypeDef, UploadPartOutputTypeDef

_REMEDIES: Final = {
    "NoSuchBucket": "Create the bucket in this account, or correct S3_BUCKET_NAME.",
    "AccessDenied": (
        "Allow the function's role s3:PutObject, s3:DeleteObject and s3:AbortMultipartUpload under the clean prefix, "
        "and kms:GenerateDataKey and kms:Decrypt on the bucket's key if it has one."
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


class MultipartObject(_StoredObject):
    """An object uploaded in parts, which nobody sees before :meth:`complete`.

    Each method raises DestinationError when S3 does not answer, or refuses.
    """

    def __init__(self, client: S3Client, bucket: str, key: str) -> None:
        super().__init__(client, bucket, key)
        self._open_upload: str | None = None
        self._parts: list[CompletedPartTypeDef] = []

    def begin(self, content_type: str) -> None:
        """Open the upload."""
        with self._explained("opening the upload of"):
            response = self._client.create_multipart_upload(
                Bucket=self._bucket, Key=self._key, ContentType=content_type, ChecksumAlgorithm="CRC32"
            )
        self._open_upload = response["UploadId"]

    def upload_part(self, part: bytes) -> None:
        """Upload the next part."""
        number = len(self._parts) + 1
        with self._explained(f"uploading part {number} of"):
            response = self._client.upload_part(
                Bucket=self._bucket,
                Key=self._key,
                UploadId=self._upload_id,
                PartNumber=number,
                Body=part,
                ChecksumAlgorithm="CRC32",
            )
        self._parts.append(_completed_part(number, response))

    def complete(self) -> None:
        """Make the object visible."""
        self._may_be_visible = True
        with self._explained("completing"):
            self._client.complete_multipart_upload(
                Bucket=self._bucket, Key=self._key, UploadId=self._upload_id, MultipartUpload={"Parts": self._parts}
            )
        self._open_upload = None

    def undo_steps(self) -> Iterator[Callable[[], None]]:
        """Yield the abort of an open upload before the deletion: an aborted upload cannot become visible any more."""
        if self._open_upload is not None:
            yield self._abort
        yield from super().undo_steps()

    @property
    def _upload_id(self) -> str:
        if self._open_upload is None:
            message = f"s3://{self._bucket}/{self._key} has no open upload: begin() must come first."
            raise DestinationError(message)
        return self._open_upload

    def _abort(self) -> None:
        with self._explained("aborting the upload of"):
            try:
                self._client.abort_multipart_upload(Bucket=self._bucket, Key=self._key, UploadId=self._upload_id)
            except ClientError as error:
                # Already completed, with only the answer lost: the deletion that follows takes care of it.
                if code_of(error) != "NoSuchUpload":
                    raise


def _completed_part(number: int, response: UploadPartOutputTypeDef) -> CompletedPartTypeDef:
    part: CompletedPartTypeDef = {"PartNumber": number, "ETag": response["ETag"]}
    checksum = response.get("ChecksumCRC32")
    if checksum is not None:
        part["ChecksumCRC32"] = checksum
    return part
