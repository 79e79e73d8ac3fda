"""Deletes what is older than an erasure: objects, then their versions, then what marks them as deleted.

Table files are ETL-2's to delete; of those, only versions that no reader can see go here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final, cast

from contract.layout import parse_clean_key, run_instant
from ops.exits import attention

if TYPE_CHECKING:
    from ops.platform import Platform

_AT_ONCE: Final = 1000


@dataclass(frozen=True)
class Entry:
    """One version of an object, or a delete marker."""

    key: str
    version_id: str
    is_latest: bool
    is_marker: bool
    modified_at: datetime


@dataclass(frozen=True)
class Purge:
    """What goes: what runs before ``run_id`` left, and all else from before ``before``, by S3's clock."""

    platform: Platform
    #: The prefixes of the tables.
    tables: tuple[str, ...]
    run_id: str
    before: datetime
    beat: Callable[[str], None] = lambda _: None

    @property
    def prefixes(self) -> tuple[str, ...]:
        """Where people's data lies."""
        etl = self.platform.environment.etl
        zones = (etl.clean_prefix, etl.curated_prefix, etl.pseudonymous_prefix, etl.restricted_prefix)
        return tuple(dict.fromkeys((*zones, etl.athena_results_prefix)))

    def is_older(self, entry: Entry) -> bool:
        """Tell whether a current object goes: one of an earlier run, or that no run wrote, from before."""
        if self._is_of_table(entry.key):
            return False
        run_id = self._run_of(entry.key)
        return entry.modified_at < self.before if run_id is None else run_id < self.run_id

    def _run_of(self, key: str) -> str | None:
        """Return the run whose CSV, summary or quarantine an object is."""
        found = parse_clean_key(self.platform.environment.etl.clean_prefix, key)
        if found is not None:
            return found.run_id
        name = key.rpartition("/")[2].removesuffix(".json")
        try:
            run_instant(name)
        except ValueError:
            return None
        return name

    def _is_of_table(self, key: str) -> bool:
        return key.startswith(self.tables)

    def objects(self) -> int:
        """Delete current objects that are older, and return how many."""
        older = (entry for entry in self._entries() if entry.is_latest and not entry.is_marker and self.is_older(entry))
        return self._delete(({"Key": entry.key} for entry in older), "older objects")

    def uploads(self) -> int:
        """Abort uploads of before that nobody has ended: what they have sent is kept until then."""
        aborted, bucket = 0, self.platform.bucket.name
        for prefix in self.prefixes:
            for page in self.platform.s3.get_paginator("list_multipart_uploads").paginate(Bucket=bucket, Prefix=prefix):
                for upload in page.get("Uploads", []):
                    if upload["Initiated"] < run_instant(self.run_id):
                        self.platform.s3.abort_multipart_upload(
                            Bucket=bucket, Key=upload["Key"], UploadId=upload["UploadId"]
                        )
                        aborted += 1
        return aborted

    def versions(self) -> int:
        """Delete noncurrent versions of before, then the markers that hide nothing any more; return how many versions.

        In this order: with its marker gone, a version that is still there would be an object again.
        """
        old = (entry for entry in self._entries() if not entry.is_latest and entry.modified_at < self.before)
        deleted = self._delete(map(_named, old), "old versions")
        self._delete(map(_named, self._bare_markers()), "delete markers")
        return deleted

    def _bare_markers(self) -> Iterator[Entry]:
        """Yield the markers of keys that have no version left."""
        for _, entries in groupby(self._entries(), key=lambda entry: entry.key):
            found = list(entries)
            if all(entry.is_marker for entry in found):
                yield from found

    def left(self) -> int:
        """Return how many objects and versions of before are still there that should have gone."""
        return sum(
            entry.modified_at < self.before if entry.is_marker or not entry.is_latest else self.is_older(entry)
            for entry in self._entries()
        )

    def _entries(self) -> Iterator[Entry]:
        """Yield all versions and markers, key by key."""
        paginator = self.platform.s3.get_paginator("list_object_versions")
        for prefix in self.prefixes:
            for page in paginator.paginate(Bucket=self.platform.bucket.name, Prefix=prefix):
                found = [
                    *(_entry(each, is_marker=False) for each in cast("Iterable[Any]", page.get("Versions", []))),
                    *(_entry(each, is_marker=True) for each in cast("Iterable[Any]", page.get("DeleteMarkers", []))),
                ]
                yield from sorted(found, key=lambda entry: entry.key)

    def _delete(self, wanted: Iterable[dict[str, str]], what: str) -> int:
        """Delete what is named, many at once; what is gone already is no error.

        Raises:
            OpsError: S3 refused some of them.
        """
        deleted, batch = 0, []
        for one in wanted:
            batch.append(one)
            if len(batch) == _AT_ONCE:
                deleted, batch = deleted + self._delete_batch(batch, what), []
                self.beat(f"{deleted:,} {what} deleted")
        return deleted + (self._delete_batch(batch, what) if batch else 0)

    def _delete_batch(self, batch: list[dict[str, str]], what: str) -> int:
        objects = cast("Any", batch)
        answer = self.platform.s3.delete_objects(
            Bucket=self.platform.bucket.name, Delete={"Objects": objects, "Quiet": True}
        )
        if errors := answer.get("Errors"):
            codes = ", ".join(sorted({str(error.get("Code")) for error in errors}))
            message = f"S3 refused {len(errors)} of {len(batch)} {what} ({codes}): the erasure is not whole."
            remedy = (
                "Use credentials that may s3:DeleteObject and s3:DeleteObjectVersion in the bucket, and give the same "
                "command again: it goes on from here."
            )
            raise attention(message, remedy)
        return len(batch)


def _entry(each: Any, *, is_marker: bool) -> Entry:
    return Entry(each["Key"], each["VersionId"], each["IsLatest"], is_marker, each["LastModified"])


def _named(entry: Entry) -> dict[str, str]:
    return {"Key": entry.key, "VersionId": entry.version_id}
