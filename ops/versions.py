"""All that a versioned bucket holds: the present objects, their noncurrent versions, and delete markers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby, islice
from operator import attrgetter
from typing import Any, Final, cast

from ops.platform import Platform

#: S3 deletes so many by one request.
_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Version:
    """One version of an object. ``is_marker`` is for a delete marker, which has no content and no ETag."""

    key: str
    version_id: str
    etag: str
    bytes: int
    is_latest: bool
    modified_at: datetime
    storage_class: str = "STANDARD"
    is_marker: bool = False

    @property
    def name(self) -> dict[str, str]:
        """What S3 is told to delete this version, and no other."""
        return {"Key": self.key, "VersionId": self.version_id}


def versions(platform: Platform, prefix: str = "") -> Iterator[Version]:
    """Yield every version below a prefix, delete markers included: key by key, each key's markers last."""
    pages = platform.s3.get_paginator("list_object_versions").paginate(Bucket=platform.bucket.name, Prefix=prefix)
    for page in pages:
        found = [
            *map(_version, cast("Iterable[Any]", page.get("Versions", []))),
            *map(_marker, cast("Iterable[Any]", page.get("DeleteMarkers", []))),
        ]
        yield from sorted(found, key=attrgetter("key"))


def histories(platform: Platform, prefix: str) -> Iterator[tuple[str, list[Version]]]:
    """Yield each key below a prefix with all its versions, oldest first.

    S3 tells in whole seconds when a version was made: of one second, they are in the order of the listing.
    """
    for key, found in groupby(versions(platform, prefix), key=attrgetter("key")):
        yield key, sorted(found, key=attrgetter("modified_at", "is_latest"), reverse=True)[::-1]


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


def delete(platform: Platform, named: Iterable[Mapping[str, str]]) -> Iterator[tuple[int, list[Any]]]:
    """Delete what is named; of each request, yield how many it named, and what S3 refused of these.

    A name without a ``VersionId`` is an object's, which a marker then hides. What is gone already is no error.
    """
    left = iter(named)
    while batch := list(islice(left, _AT_ONCE)):
        objects = cast("Any", batch)
        answer = platform.s3.delete_objects(Bucket=platform.bucket.name, Delete={"Objects": objects, "Quiet": True})
        yield len(batch), cast("list[Any]", answer.get("Errors", []))
