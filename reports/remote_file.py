"""An object in S3 as a file that is read in ranges: a reader of Parquet fetches the columns that it needs, no more."""

from __future__ import annotations

import io
from http import HTTPStatus
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from reports.errors import ReportError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


class RemoteFile(io.RawIOBase):
    """One version of an object. ``fetched`` counts the bytes that were read of it.

    Raises:
        ClientError: when it is opened, and there is no such object.
        ReportError: when it is read, and another one has taken its place.
    """

    def __init__(self, s3: S3Client, bucket: str, key: str) -> None:
        super().__init__()
        head = s3.head_object(Bucket=bucket, Key=key)
        self._s3, self._bucket, self.key = s3, bucket, key
        self._version = head["ETag"]
        self.size = head["ContentLength"]
        self.fetched = 0
        self._position = 0

    def readable(self) -> bool:
        """Return that it can be read."""
        return True

    def seekable(self) -> bool:
        """Return that it can be read from anywhere."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Go to a place, and return it."""
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self.size}[whence]
        self._position = max(0, begin + offset)
        return self._position

    def readinto(self, buffer: bytearray | memoryview) -> int:  # type: ignore[override] # any writable buffer comes
        """Fill ``buffer`` with one request, or less of it where the object ends, and return how many bytes came."""
        wanted = min(len(buffer), self.size - self._position)
        if wanted <= 0:
            return 0
        found = self._fetch(self._position, self._position + wanted)
        buffer[: len(found)] = found
        self._position += len(found)
        self.fetched += len(found)
        return len(found)

    def _fetch(self, first: int, end: int) -> bytes:
        try:
            answer = self._s3.get_object(
                Bucket=self._bucket, Key=self.key, Range=f"bytes={first}-{end - 1}", IfMatch=self._version
            )
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.PRECONDITION_FAILED:
                message = f"{self.key} was replaced while it was being read: repeat when ETL-2 has ended."
                raise ReportError(message) from error
            raise
        return answer["Body"].read()
