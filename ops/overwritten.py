"""What was overwritten and has its former version in the bucket: clean files, and files of tables (docs/recovery.md).

Each of them is written once, under a name of its own: whoever wrote it again was none of the platform's programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import chain
from typing import Any

from contract.datasets import Dataset
from contract.layout import first_metadata_root
from contract.units import MIB
from glue_src.exceptions import TableError
from ops.databases import Database, databases_of
from ops.platform import Platform
from ops.versions import Version, histories
from ops.whole import histories_of, whole_files


@dataclass(frozen=True)
class Former:
    """An object and the version that it had before it was overwritten."""

    key: str
    version_id: str


def to_put_back(platform: Platform, since: datetime) -> list[Former]:
    """Return what was overwritten since an instant, but for the files by which tables are whole now."""
    tables = {
        (database, dataset): histories_of(platform, database, dataset)
        for database in databases_of(platform.environment)
        for dataset in database.tables
    }
    listed = chain(
        *(histories(platform, prefix) for prefix in (first_metadata_root(), platform.environment.etl.clean_prefix)),
        *(by_key.items() for by_key in tables.values()),
    )
    found = list(_overwritten(listed, since))
    needed = _needed_as_they_are(platform, tables) if found else frozenset()
    return [each for each in found if each.key not in needed]


def _overwritten(listed: Iterable[tuple[str, list[Version]]], since: datetime) -> Iterator[Former]:
    """Yield what was overwritten since an instant and had another content at that instant, or when it was made since.

    What was made after that instant held at first what its program wrote.
    """
    for key, found in listed:
        former = next((version for version in reversed(found) if version.modified_at < since), found[0])
        # Delete markers have no ETag: an object that is deleted now is another option's, one that was then is new.
        now, then = found[-1].etag, former.etag
        if now and then and now != then:
            yield Former(key, former.version_id)


def _needed_as_they_are(
    platform: Platform, tables: Mapping[tuple[Database, Dataset], Mapping[str, Sequence[Version]]]
) -> frozenset[str]:
    """Return the keys of tables' files with which nothing is wrong: an older version could only break those."""
    needed: set[str] = set()
    for (database, dataset), by_key in tables.items():
        # Where it cannot be read, whatever its files held before is better.
        with suppress(TableError):
            needed |= whole_files(platform, database, dataset, by_key)
    return frozenset(needed)


def put_back(platform: Platform, found: list[Former]) -> None:
    """Copy former versions onto their objects; what is overwritten by that is kept as a version, too."""
    from boto3.s3.transfer import TransferConfig

    # Up to here S3 copies an object at once, and it keeps its ETag: what is back is not brought back again.
    at_once = TransferConfig(multipart_threshold=4096 * MIB, multipart_chunksize=1024 * MIB)
    bucket = platform.bucket.name
    for each in found:
        source: Any = {"Bucket": bucket, "Key": each.key, "VersionId": each.version_id}
        platform.s3.copy(source, bucket, each.key, Config=at_once)
