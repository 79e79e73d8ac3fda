"""Deletes what is older than an erasure: objects, then their versions, then what marks them as deleted.

Table files are ETL-2's to delete; of those, only versions that no reader can see go here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain, groupby

from contract.layout import parse_clean_key, run_instant
from ops.exits import attention
from ops.platform import Platform
from ops.versions import Version, delete, versions


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

    def is_older(self, entry: Version) -> bool:
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
        deleted = self._delete((entry.name for entry in old), "old versions")
        self._delete((entry.name for entry in self._bare_markers()), "delete markers")
        return deleted

    def _bare_markers(self) -> Iterator[Version]:
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

    def _entries(self) -> Iterator[Version]:
        """Yield all versions and markers, key by key."""
        return chain.from_iterable(versions(self.platform, prefix) for prefix in self.prefixes)

    def _delete(self, wanted: Iterable[dict[str, str]], what: str) -> int:
        """Delete what is named, and return how many; what is gone already is no error.

        Raises:
            OpsError: S3 refused some of them.
        """
        deleted = 0
        for count, errors in delete(self.platform, wanted):
            if errors:
                codes = ", ".join(sorted({str(error.get("Code")) for error in errors}))
                message = f"S3 refused {len(errors)} of {count} {what} ({codes}): the erasure is not whole."
                remedy = (
                    "Use credentials that may s3:DeleteObject and s3:DeleteObjectVersion in the bucket, and give the "
                    "same command again: it goes on from here."
                )
                raise attention(message, remedy)
            deleted += count
            self.beat(f"{deleted:,} {what} deleted")
        return deleted
