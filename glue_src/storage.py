"""The bucket as ETL-2 uses it: a thin layer over an injected S3 client."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from mypy_boto3_s3 import S3Client

_MEBIBYTE = 1024 * 1024
#: S3 copies up to 5 GiB in one request; parts above 1 GiB keep every request short, and 10,000 of them reach 2.5 TiB.
_COPY_CONFIG = TransferConfig(multipart_threshold=1024 * _MEBIBYTE, multipart_chunksize=256 * _MEBIBYTE)
_KEYS_PER_DELETE = 1000


@dataclass(frozen=True)
class StoredObject:
    """An object's key and size in bytes."""

    key: str
    bytes: int


class Bucket:
    """One bucket, through an injected client. Every method raises botocore's ClientError as it comes."""

    def __init__(self, s3: S3Client, name: str) -> None:
        self._s3 = s3
        self.name = name

    def uri(self, key: str) -> str:
        """Return the address by which Spark and the catalog know an object or a folder."""
        return f"s3://{self.name}/{key}"

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield all objects whose key starts with ``prefix``, in key order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield StoredObject(entry["Key"], entry["Size"])

    def find(self, key: str) -> StoredObject | None:
        """Return the object of that key, or None if there is none."""
        try:
            head = self._s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return None
            raise
        return StoredObject(key, head["ContentLength"])

    def read(self, key: str) -> bytes:
        """Return an object's whole content."""
        return self._s3.get_object(Bucket=self.name, Key=key)["Body"].read()

    def read_range(self, key: str, first: int, end: int) -> bytes:
        """Return an object's bytes from ``first`` to before ``end``, or to its own end where that comes sooner.

        The object must have a byte at ``first``.
        """
        return self._s3.get_object(Bucket=self.name, Key=key, Range=f"bytes={first}-{end - 1}")["Body"].read()

    def put_file(self, path: Path, key: str) -> None:
        """Upload a file, in parts where it is large; readers see the whole object or what was there before."""
        self._s3.upload_file(str(path), self.name, key)

    def copy(self, source_key: str, target_key: str) -> None:
        """Copy within the bucket, server-side; readers see the old target or the new one, never a part."""
        source = {"Bucket": self.name, "Key": source_key}
        self._s3.copy(source, self.name, target_key, Config=_COPY_CONFIG)  # type: ignore[arg-type]

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are no error.

        Raises:
            RuntimeError: S3 refused to delete some of them.
        """
        pending = [{"Key": key} for key in keys]
        for start in range(0, len(pending), _KEYS_PER_DELETE):
            batch = pending[start : start + _KEYS_PER_DELETE]
            answer = self._s3.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
            if answer.get("Errors"):
                message = f"S3 did not delete {answer['Errors']}: check the job's role for s3:DeleteObject."
                raise RuntimeError(message)

    def tags(self, key: str) -> dict[str, str]:
        """Return an object's tags."""
        answer = self._s3.get_object_tagging(Bucket=self.name, Key=key)
        return {tag["Key"]: tag["Value"] for tag in answer["TagSet"]}

    def add_tag(self, key: str, name: str, value: str) -> None:
        """Give an object a tag besides those that it has; S3 is written to only if it lacks it."""
        tags = self.tags(key)
        if tags.get(name) != value:
            tag_set = [{"Key": tag, "Value": text} for tag, text in {**tags, name: value}.items()]
            self._s3.put_object_tagging(Bucket=self.name, Key=key, Tagging={"TagSet": tag_set})  # type: ignore[typeddict-item]
