"""What a table's snapshots name: which files may go with the expired ones, and which must stay."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from pyiceberg.table import Table
from pyiceberg.table.snapshots import Snapshot
from pyiceberg.table.update import RemoveSnapshotsUpdate

from glue_src.arrow.catalog import LakeCatalog, named_files
from glue_src.arrow.s3_files import S3Files


def expire(catalog: LakeCatalog, files: S3Files, name: str, snapshot_ids: Collection[int]) -> None:
    """Forget snapshots, then delete the files that only they named.

    If it ends in between, those files are named by nothing and go with the next cleaning of such files.
    """
    table = catalog.table(name)
    gone = [snapshot for snapshot in table.metadata.snapshots if snapshot.snapshot_id in snapshot_ids]
    if not gone:
        return
    kept = [snapshot for snapshot in table.metadata.snapshots if snapshot.snapshot_id not in snapshot_ids]
    with named_files(table):
        alone = _files_of(table, gone) - _files_of(table, kept)
    catalog.commit(
        table, RemoveSnapshotsUpdate.model_validate({"snapshot-ids": [snapshot.snapshot_id for snapshot in gone]})
    )
    files.delete_all(sorted(alone))


def files_named(table: Table) -> frozenset[str]:
    """Return all files that a table's metadata names, itself included."""
    metadata = table.metadata
    with named_files(table):
        files = _files_of(table, metadata.snapshots)
    files.add(table.metadata_location)
    files.update(entry.metadata_file for entry in metadata.metadata_log)
    files.update(file.statistics_path for file in metadata.statistics)
    files.update(file.statistics_path for file in metadata.partition_statistics)
    return frozenset(files)


def _files_of(table: Table, snapshots: Iterable[Snapshot]) -> set[str]:
    files: set[str] = set()
    manifests: set[str] = set()
    for snapshot in snapshots:
        files.add(snapshot.manifest_list)
        for manifest in snapshot.manifests(table.io):
            if manifest.manifest_path not in manifests:
                manifests.add(manifest.manifest_path)
                entries = manifest.fetch_manifest_entry(table.io, discard_deleted=True)
                files.update(entry.data_file.file_path for entry in entries)
    return files | manifests
