"""The bucket as ETL-2 uses it: a thin layer over an injected S3 client."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Final, cast

from botocore.exceptions import ClientError

from contract.units import MIB
from glue_src.exceptions import UndeletedError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_KEYS_PER_DELETE: Final = 1000
_CHUNK_BYTES: Final = 8 * MIB


@dataclass(frozen=True)
class StoredObject:
    """An object's key, size in bytes and when it was last written; with its zone."""

    key: str
    bytes: int
    modified_at: datetime


class Bucket:
    """One bucket, through an injected client. Every method raises botocore's ClientError as it comes."""

    def __init__(self, s3: S3Client, name: str) -> None:
        self.s3 = s3
        self.name = name

    def uri(self, key: str) -> str:
        """Return the address by which Spark and the catalog know an object or a folder."""
        return f"s3://{self.name}/{key}"

    def list(self, prefix: str) -> Iterator[StoredObject]:
        """Yield all objects whose key starts with ``prefix``, in key order."""
        pages = self.s3.get_paginator("list_objects_v2").paginate(Bucket=self.name, Prefix=prefix)
        for page in pages:
            for entry in page.get("Contents", []):
                yield StoredObject(entry["Key"], entry["Size"], entry["LastModified"])

    def find(self, key: str) -> StoredObject | None:
        """Return the object of that key, or None if there is none."""
        try:
            head = self.s3.head_object(Bucket=self.name, Key=key)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == HTTPStatus.NOT_FOUND:
                return None
            raise
        return StoredObject(key, head["ContentLength"], head["LastModified"])

    def read(self, key: str) -> bytes:
        """Return an object's whole content."""
        return self.s3.get_object(Bucket=self.name, Key=key)["Body"].read()

    def lines(self, key: str) -> Iterator[bytes]:
        """Yield an object's lines with their line feeds, as they come: objects may be larger than the memory."""
        left = b""
        for chunk in self.s3.get_object(Bucket=self.name, Key=key)["Body"].iter_chunks(_CHUNK_BYTES):
            *whole, left = (left + chunk).split(b"\n")
            yield from (line + b"\n" for line in whole)
        if left:
            yield left

    def read_range(self, key: str, first: int, end: int) -> bytes:
        """Return an object's bytes from ``first`` to before ``end``, or to its own end where that comes sooner.

        The object must have a byte at ``first``.
        """
        return self.s3.get_object(Bucket=self.name, Key=key, Range=f"bytes={first}-{end - 1}")["Body"].read()

    def put(self, key: str, content: bytes) -> None:
        """Write a small object."""
        self.s3.put_object(Bucket=self.name, Key=key, Body=content)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; keys that do not exist are no error.

        Raises:
            UndeletedError: S3 refused to delete some of them.
        """
        pending = [{"Key": key} for key in keys]
        for start in range(0, len(pending), _KEYS_PER_DELETE):
            batch = pending[start : start + _KEYS_PER_DELETE]
            answer = self.s3.delete_objects(Bucket=self.name, Delete={"Objects": batch, "Quiet": True})  # type: ignore[typeddict-item]
            if answer.get("Errors"):
                raise UndeletedError(cast("Sequence[Mapping[str, object]]", answer["Errors"]))
