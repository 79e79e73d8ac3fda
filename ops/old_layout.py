"""Objects that the layout before Iceberg left below the curated prefix: found, counted, removed."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from glue_src.exceptions import UndeletedError
from ops.exits import attention

if TYPE_CHECKING:
    from glue_src.storage import Bucket, StoredObject

#: What that layout called its objects: a day's files, days that were being prepared, runs that failed a check. An
#: Iceberg table has its files in the folders data and metadata, a quarantined run is one object without a folder.
_OLD_KEY: Final = re.compile(
    r"(?:(?P<table>[a-z][a-z0-9_]*)|_quarantine)/dt=\d{4}-\d{2}-\d{2}/.+|_staging/.+", re.ASCII
)
_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class OldFolder:
    """What is left of one table or working folder: so many objects and bytes."""

    name: str
    objects: int
    bytes: int


def old_objects(bucket: Bucket, curated_prefix: str) -> Iterator[StoredObject]:
    """Yield the objects of the former layout, in key order."""
    for stored in bucket.list(curated_prefix):
        if _OLD_KEY.fullmatch(stored.key.removeprefix(curated_prefix)):
            yield stored


def old_folders(bucket: Bucket, curated_prefix: str) -> tuple[OldFolder, ...]:
    """Return what is left of the former layout, by the folder below the prefix."""
    counts: defaultdict[str, int] = defaultdict(int)
    sizes: defaultdict[str, int] = defaultdict(int)
    for stored in old_objects(bucket, curated_prefix):
        name = stored.key.removeprefix(curated_prefix).partition("/")[0]
        counts[name] += 1
        sizes[name] += stored.bytes
    return tuple(OldFolder(name, counts[name], sizes[name]) for name in sorted(counts))


def remove(bucket: Bucket, curated_prefix: str, beat: Callable[[int], None]) -> int:
    """Delete those objects, and return how many; ``beat`` hears how many are gone so far.

    What was interrupted goes on where it ended: what is deleted is no longer listed. In a versioned bucket the old
    versions stay until the lifecycle rule for noncurrent versions removes them.

    Raises:
        OpsError: S3 refused some of them.
    """
    gone, found = 0, old_objects(bucket, curated_prefix)
    while some := list(islice(found, _AT_ONCE)):
        try:
            bucket.delete(stored.key for stored in some)
        except UndeletedError as error:
            message = f"{gone} objects are deleted. {error}"
            raise attention(
                message, "Use credentials that may s3:DeleteObject below the prefix, and repeat."
            ) from error
        gone += len(some)
        beat(gone)
    return gone
