"""Whether the files of a table's present state are there as they were written: by names, sizes and versions.

Each file is written once, under a name of its own, and S3 keeps what it holds as it is. So a file whose name was never
written again is whole, and need not be read; one that was is compared with what it held at first. That is seen for as
long as the bucket keeps the first version (``lifecycle.noncurrent_version_expiration``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from contract.datasets import Dataset
from contract.units import MIB
from glue_src.exceptions import TableFileError
from glue_src.tables import TableState
from ops.databases import Database
from ops.lake import files_needed
from ops.platform import Platform
from ops.versions import Version, histories

#: Options of ``ops restore``.
_DELETED: Final = "--deleted-since"
_OVERWRITTEN: Final = "--overwritten-since"


@dataclass(frozen=True)
class FileFault:
    """What is wrong with a file of a table, and by which of its options ``ops restore`` brings it back: since when."""

    key: str
    said: str
    option: str = ""
    since: datetime | None = None


def file_faults(platform: Platform, database: Database, dataset: Dataset, state: TableState) -> list[FileFault]:
    """Return what is wrong with the files of a table's present state.

    Raises:
        TableError: the table is not in the catalog, or its metadata file cannot be read.
    """
    sizes: dict[str, int | None] = {}
    unread = None
    try:
        # As far as it can be read, if it cannot to its end.
        sizes.update(files_needed(platform, database, dataset))
    except TableFileError as error:
        said = error.said.removeprefix(f"{dataset.name}: ")
        since = state.current.committed_at if state.current else None
        unread = FileFault("", said, _DELETED if since else "", since)
    found = list(_faults(platform, sizes, histories_of(platform, database, dataset)))
    return found or ([unread] if unread else [])


def whole_files(
    platform: Platform, database: Database, dataset: Dataset, by_key: Mapping[str, Sequence[Version]]
) -> frozenset[str]:
    """Return the keys of the files of a table's present state with which nothing is wrong.

    ``by_key`` is what :func:`histories_of` returns.

    Raises:
        TableError: the table is not in the catalog, or its metadata or a manifest cannot be read.
    """
    sizes = dict(files_needed(platform, database, dataset))
    return frozenset(sizes) - {fault.key for fault in _faults(platform, sizes, by_key)}


def histories_of(platform: Platform, database: Database, dataset: Dataset) -> dict[str, list[Version]]:
    """Return the versions of all that lies in a table's folder, oldest first."""
    return dict(histories(platform, database.zones.table_prefix(dataset)))


def _faults(
    platform: Platform, sizes: Mapping[str, int | None], by_key: Mapping[str, Sequence[Version]]
) -> Iterator[FileFault]:
    for key, size in sizes.items():
        found = by_key.get(key)
        # What the deployment made of a table lies elsewhere.
        if found is None and size is None:
            continue
        if found is None:
            yield FileFault(key, f"{key} is missing, and the bucket keeps no version of it")
        elif found[-1].is_marker:
            at = found[-1].modified_at
            yield FileFault(key, f"{key} was deleted at {at:%Y-%m-%d %H:%M} UTC", _DELETED, at)
        elif fault := _overwriting(platform, key, found):
            yield fault
        elif size is not None and found[-1].bytes != size:
            yield FileFault(key, f"{key} has {found[-1].bytes:,} bytes, and was written with {size:,}")


def _overwriting(platform: Platform, key: str, found: Sequence[Version]) -> FileFault | None:
    """Say that an object does not hold what it held at first, if that is so."""
    written = [version for version in found if not version.is_marker]
    if len(written) < 2 or written[0].etag == written[-1].etag:  # noqa: PLR2004 the first and one more
        return None
    if _content(platform, written[0]) == _content(platform, written[-1]):
        return None
    at = written[1].modified_at
    return FileFault(key, f"{key} was overwritten at {at:%Y-%m-%d %H:%M} UTC", _OVERWRITTEN, at)


def _content(platform: Platform, version: Version) -> str:
    """Return a hash of what a version holds."""
    body = platform.s3.get_object(Bucket=platform.bucket.name, Key=version.key, VersionId=version.version_id)["Body"]
    digest = hashlib.sha256()
    for chunk in body.iter_chunks(MIB):
        digest.update(chunk)
    return digest.hexdigest()
