"""All that the bucket holds, noncurrent versions included, and one version's content read piece by piece."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, cast

from botocore.exceptions import ClientError, IncompleteReadError, ReadTimeoutError, ResponseStreamingError

from contract.units import MIB
from ops.aws_errors import code_of, is_local

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from ops.platform import Platform

#: Of an object that is read from its beginning to its end.
PIECE_BYTES: Final = 4 * MIB
#: Of one of which parts are read: what a Parquet file's readers ask for beyond this is asked for as it is.
_PART_BYTES: Final = 64 * 1024
_BROKEN_OFF: Final = (IncompleteReadError, ReadTimeoutError, ResponseStreamingError)
_READS: Final = 4
_GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_ARCHIVED: Final = "InvalidObjectState"


@dataclass(frozen=True)
class Version:
    """One version of an object. ``is_marker`` is for a delete marker, which has no content."""

    key: str
    version_id: str
    etag: str
    bytes: int
    is_latest: bool
    modified_at: datetime
    storage_class: str = "STANDARD"
    is_marker: bool = False


class UnreadError(Exception):
    """An object, or what is in it, cannot be read; the message says why and quotes nothing."""


def versions(platform: Platform) -> Iterator[Version]:
    """Yield every version of every object, delete markers included, in the order of their keys."""
    pages = platform.s3.get_paginator("list_object_versions").paginate(Bucket=platform.bucket.name)
    for page in pages:
        yield from map(_version, cast("Iterable[Any]", page.get("Versions", [])))
        yield from map(_marker, cast("Iterable[Any]", page.get("DeleteMarkers", [])))


def _version(entry: Any) -> Version:
    return Version(
        entry["Key"],
        entry.get("VersionId", "null"),
        entry["ETag"].strip('"'),
        entry["Size"],
        entry["IsLatest"],
        entry["LastModified"],
        entry.get("StorageClass", "STANDARD"),
    )


def _marker(entry: Any) -> Version:
    return Version(entry["Key"], entry["VersionId"], "", 0, entry["IsLatest"], entry["LastModified"], is_marker=True)


@dataclass
class Inventory:
    """Counts what is listed, and hashes it: two listings of an unchanged bucket have one hash."""

    objects: int = 0
    versions: int = 0
    markers: int = 0
    bytes: int = 0
    _hash: Any = field(default_factory=hashlib.sha256, repr=False)

    def add(self, version: Version) -> Version:
        """Count a version, and return it."""
        self.versions += not version.is_marker
        self.objects += version.is_latest and not version.is_marker
        self.markers += version.is_marker
        self.bytes += version.bytes
        for part in (version.key, version.version_id, version.etag):
            self._hash.update(part.encode("utf-8", "surrogatepass") + b"\0")
        return version

    @property
    def sha256(self) -> str:
        """The hash of all keys, version ids and ETags, each followed by a NUL, in the order of the listing."""
        return str(self._hash.hexdigest())


class _Content(io.RawIOBase):
    """A version's content by ranges, each asked for again where an answer breaks off."""

    def __init__(self, s3: S3Client, bucket: str, version: Version) -> None:
        super().__init__()
        self._s3, self._bucket, self._version = s3, bucket, version
        self._position = 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._position = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._version.bytes}[
            whence
        ] + offset
        return self._position

    def tell(self) -> int:
        return self._position

    def readinto(self, buffer: Any) -> int:
        end = min(self._position + len(buffer), self._version.bytes)
        if self._position >= end:
            return 0
        content = self._range(self._position, end)
        buffer[: len(content)] = content
        self._position += len(content)
        return len(content)

    def _range(self, first: int, end: int) -> bytes:
        for left in reversed(range(_READS)):
            try:
                answer = self._s3.get_object(
                    Bucket=self._bucket,
                    Key=self._version.key,
                    VersionId=self._version.version_id,
                    Range=f"bytes={first}-{end - 1}",
                )
                return answer["Body"].read()
            except _BROKEN_OFF:
                if not left:
                    raise
        raise AssertionError


def content(platform: Platform, version: Version, *, whole: bool) -> io.BufferedReader:
    """Return a version's content to read from; ``whole`` where nearly all of it will be read.

    This and its methods raise botocore's ClientError: see :func:`why_unread`.
    """
    raw = _Content(platform.s3, platform.bucket.name, version)
    if version.bytes <= PIECE_BYTES:
        return io.BufferedReader(io.BytesIO(raw.readall()))
    return io.BufferedReader(raw, buffer_size=PIECE_BYTES if whole else _PART_BYTES)


def why_unread(error: ClientError, version: Version) -> str | None:
    """Return why S3 does not give this one object; None where the error is about more than that."""
    code = code_of(error)
    if code in _GONE:
        return "it vanished while it was looked for"
    if code == _ARCHIVED:
        return f"it is archived ({version.storage_class}): restore it in S3, then repeat"
    return f"S3 refuses it ({code})" if is_local(error) else None
