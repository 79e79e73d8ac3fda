"""The files that a table's snapshots name."""

from __future__ import annotations

from typing import Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from glue_src.spark.iceberg import IcebergTable

#: Iceberg's metadata tables that name files, each with its column.
_NAMING: Final = {
    "all_files": "file_path",
    "all_manifests": "path",
    "snapshots": "manifest_list",
    "metadata_log_entries": "file",
}


def unreadable_file(table: IcebergTable) -> str | None:
    """Return the first file, of those that say what the current snapshot holds, that cannot be read; or None."""
    loaded = table.load()
    snapshot, files = loaded.currentSnapshot(), loaded.io()
    if snapshot is None:
        return None
    try:
        manifests = list(snapshot.allManifests(files))
    except Py4JJavaError:
        return str(snapshot.manifestListLocation())
    for manifest in manifests:
        try:
            table.java("ManifestFiles").readPaths(manifest, files).iterator().hasNext()
        except Py4JJavaError:
            return str(manifest.path())
    return None


def files_named(table: IcebergTable) -> frozenset[str]:
    """Return the addresses of all files that any snapshot or the metadata log names."""
    queries = [f"SELECT {column} AS name FROM {table.identifier}.{part}" for part, column in _NAMING.items()]  # noqa: S608 - our own names
    names = table.spark.sql(" UNION ALL ".join(queries)).distinct().collect()
    loaded = table.load()
    statistics = [*loaded.statisticsFiles(), *loaded.partitionStatisticsFiles()]
    return frozenset([*(row["name"] for row in names), *(file.path() for file in statistics)])
