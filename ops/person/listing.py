"""What was listed of the bucket, counted and hashed, and one version's content read piece by piece."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import ClientError

from contract.units import MIB
from glue_src.arrow.ranges import Ranges, range_of
from ops.aws_errors import code_of, is_local
from ops.platform import Platform
from ops.versions import Version

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

#: Of an object that is read from its beginning to its end.
PIECE_BYTES: Final = 4 * MIB
#: Of one of which parts are read: what a Parquet file's readers ask for beyond this is asked for as it is.
_PART_BYTES: Final = 64 * 1024
_GONE: Final = frozenset({"NoSuchKey", "NoSuchVersion", "404", "NotFound"})
_ARCHIVED: Final = "InvalidObjectState"


class UnreadError(Exception):
    """An object, or what is in it, cannot be read; the message says why and quotes nothing."""


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


class _Content(Ranges):
    """A version's content."""

    def __init__(self, s3: S3Client, bucket: str, version: Version) -> None:
        super().__init__(version.bytes)
        self._s3 = s3
        self._name = {"Bucket": bucket, "Key": version.key, "VersionId": version.version_id}

    def content(self, first: int, end: int) -> bytes:
        """Return a range; raises botocore's ClientError."""
        return range_of(self._s3, first, end, **self._name)


def content(platform: Platform, version: Version, *, whole: bool) -> io.BufferedReader:
    """Return a version's content to read from; ``whole`` where nearly all of it will be read.

    This and its methods raise botocore's ClientError: see :func:`why_unread`.
    """
    raw = _Content(platform.s3, platform.bucket.name, version)
    if version.bytes <= PIECE_BYTES:
        return io.BufferedReader(io.BytesIO(raw.content(0, version.bytes) if version.bytes else b""))
    return io.BufferedReader(raw, buffer_size=PIECE_BYTES if whole else _PART_BYTES)


def why_unread(error: ClientError, version: Version) -> str | None:
    """Return why S3 does not give this one object; None where the error is about more than that."""
    code = code_of(error)
    if code in _GONE:
        return "it vanished while it was looked for"
    if code == _ARCHIVED:
        return f"it is archived ({version.storage_class}): restore it in S3, then repeat"
    return f"S3 refuses it ({code})" if is_local(error) else None
