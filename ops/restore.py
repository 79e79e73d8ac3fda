"""What was lost and is still in the bucket: deleted objects, and tables without the catalog (docs/recovery.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from contract.datasets import Dataset
from contract.layout import ARTIFACTS_PREFIX, first_metadata_key
from glue_src.exceptions import TableError, TableMetadataError
from glue_src.tables import TableState, read_state, read_table
from ops.databases import Database, databases_of, has_database
from ops.exits import attention
from ops.platform import Platform
from ops.versions import Version, delete, versions

#: Iceberg numbers a table's metadata files by their order: 00012-….metadata.json, or v12.metadata.json.
_METADATA_FILE: Final = re.compile(r"metadata/v?(\d+)[^/]*\.metadata\.json(?:\.gz)?")
#: What Glue tells of a table and takes back: https://docs.aws.amazon.com/glue/latest/webapi/API_TableInput.html
_TABLE_INPUT: Final = ("Description", "StorageDescriptor", "PartitionKeys", "TableType")


@dataclass(frozen=True)
class LostTable:
    """A table that the catalog lost, why, and the state in the bucket that it can have again; None for none."""

    database: Database
    dataset: Dataset
    reason: str
    state: TableState | None

    @property
    def name(self) -> str:
        """The table's name, with its database where that is not the full tables'."""
        return self.database.called(self.dataset)


def markers(platform: Platform, since: datetime) -> Iterator[Version]:
    """Yield the delete markers since an instant of all hidden objects of the zones and of the stacks' files.

    What one hides is still there, perhaps behind another marker: it was deleted again.
    """
    etl = platform.environment.etl
    zones = (etl.clean_prefix, etl.curated_prefix, etl.restricted_prefix, etl.pseudonymous_prefix)
    for prefix in (ARTIFACTS_PREFIX, *zones):
        hidden = None
        # By key, the newest first.
        for marker in (each for each in versions(platform, prefix) if each.is_marker):
            hidden = marker.key if marker.is_latest else hidden
            if marker.key == hidden and marker.modified_at >= since:
                yield marker


def bring_back(platform: Platform, found: list[Version]) -> int:
    """Remove delete markers, so that what they hide is there again, and return how many objects that are.

    Raises:
        OpsError: S3 refused some of them.
    """
    for count, errors in delete(platform, (each.name for each in found)):
        if errors:
            first = errors[0]
            message = f"S3 refused {len(errors)} of {count} objects, {first['Key']} first: {first.get('Code')}."
            raise attention(message, "Use credentials that may s3:DeleteObjectVersion in the bucket, and repeat.")
    return len({each.key for each in found})


def databases(platform: Platform) -> Iterator[Database]:
    """Yield the databases whose tables can be lost.

    That of the pseudonymous tables is none of them while it is not there: a deployment makes it, with its tables.
    """
    for database in databases_of(platform.environment):
        if not database.is_pseudonymous or has_database(platform, database.name):
            yield database


def lost_tables(platform: Platform) -> tuple[LostTable, ...]:
    """Return the tables that are not in the catalog, have no whole metadata, or were made anew, empty."""
    found = (_lost(platform, database, dataset) for database in databases(platform) for dataset in database.tables)
    return tuple(lost for lost in found if lost)


def _lost(platform: Platform, database: Database, dataset: Dataset) -> LostTable | None:
    try:
        if read_table(platform.glue, platform.s3, database.name, dataset.name).current:
            return None
    except TableError as error:
        return LostTable(database, dataset, error.said, newest_state(platform, database, dataset))
    state = newest_state(platform, database, dataset)
    reason = f"{database.called(dataset)}: it is empty, and its folder holds a state."
    return LostTable(database, dataset, reason, state) if state and state.current else None


def newest_state(platform: Platform, database: Database, dataset: Dataset) -> TableState | None:
    """Return what the newest metadata file in a table's folder that can be read describes, or None.

    Of a table whose files are gone for good, it is the state that the deployment made, without rows.
    """
    prefix = database.zones.table_prefix(dataset)
    numbered = [
        (int(match[1]), stored.key)
        for stored in platform.bucket.list(f"{prefix}metadata/")
        if (match := _METADATA_FILE.fullmatch(stored.key.removeprefix(prefix)))
    ]
    keys = [key for _, key in sorted(numbered, reverse=True)]
    if not keys and not _has_versions(platform, prefix):
        keys = [first_metadata_key(database.family, dataset)]
    for key in keys:
        try:
            return read_state(platform.s3, dataset.name, platform.bucket.uri(key))
        except TableMetadataError:
            continue
    return None


def _has_versions(platform: Platform, prefix: str) -> bool:
    """Return whether something below a prefix can be brought back."""
    found = platform.s3.list_object_versions(Bucket=platform.bucket.name, Prefix=prefix, MaxKeys=1)
    return bool(found.get("Versions") or found.get("DeleteMarkers"))


def register(platform: Platform, lost: LostTable) -> None:
    """Point the catalog at a table's state, or make the table anew where the catalog has none.

    Raises:
        OpsError: nothing of the table is left in the bucket.
    """
    name, database = lost.dataset.name, lost.database.name
    if lost.state is None:
        message = f"Nothing of the table {lost.name} is left in the bucket."
        remedy = (
            "Deleted or overwritten of late? --deleted-since and --overwritten-since, with a time before that. Else "
            f"{platform.deploy}, this again, then {platform.command('run')}: docs/recovery.md."
        )
        raise attention(message, remedy)
    location = lost.state.metadata_location
    try:
        table = platform.glue.get_table(DatabaseName=database, Name=name)["Table"]
    except platform.glue.exceptions.EntityNotFoundException:
        from glue_src.arrow.catalog import lake_catalog

        lake_catalog(platform.glue, platform.s3, database).glue.register_table((database, name), location)
        return
    parameters = {**table.get("Parameters", {}), "table_type": "ICEBERG", "metadata_location": location}
    wanted: Any = {"Name": name, "Parameters": parameters}
    wanted |= {key: table[key] for key in _TABLE_INPUT if table.get(key)}
    # Refused if somebody commits at the same time.
    version: Any = {"VersionId": table["VersionId"]} if "VersionId" in table else {}
    platform.glue.update_table(DatabaseName=database, TableInput=wanted, SkipArchive=True, **version)
