"""A table by Iceberg's own Java objects: what Spark's SQL cannot say, or only in several commits.

Each change here is one commit of new metadata on the metadata that it was decided on: the catalog refuses it if anybody
else's commit came between.
"""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]

from glue_src.exceptions import TableMovedError
from glue_src.schema import evolved_name
from modules.contract.snapshots import STAGING_BRANCH
from modules.contract.spark_catalog import SPARK_CATALOG

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from pyspark.sql import SparkSession

_MAIN: Final = "main"
#: Before any snapshot, in milliseconds: with it, nothing is expired but what is named.
_LONG_AGO: Final = 1


@dataclass(frozen=True)
class Branch:
    """A branch for staging: its name, the snapshot that it begins with, and what readers saw when it was made."""

    name: str
    begin: int
    base: int | None


@dataclass(frozen=True)
class IcebergTable:
    """One table of Spark's catalog; Java's exceptions come as Py4JJavaError."""

    spark: SparkSession
    database: str
    name: str

    @property
    def identifier(self) -> str:
        """The table's name in SQL."""
        return f"{SPARK_CATALOG}.`{self.database}`.`{self.name}`"

    def branch_identifier(self, branch: Branch) -> str:
        """Return the name by which rows are written to a branch."""
        return f"{self.identifier}.branch_{branch.name}"

    def _load(self) -> Any:
        session = self.spark._jsparkSession  # noqa: SLF001
        # Spark looks for its catalogs in the settings of the thread's session, and a new thread has none.
        self.spark._jvm.org.apache.spark.sql.SparkSession.setActiveSession(session)  # type: ignore[union-attr] # noqa: SLF001
        return self._java.spark.Spark3Util.loadIcebergTable(session, self.identifier)

    @property
    def _java(self) -> Any:
        """Iceberg's package, ``org.apache.iceberg``."""
        return self.spark._jvm.org.apache.iceberg  # type: ignore[union-attr] # noqa: SLF001

    def check_base(self, base: int | None) -> None:
        """Return if readers see the snapshot ``base``.

        Raises:
            TableMovedError: they see another one.
        """
        self._check_base(self._load().operations().current(), base)

    def committed(self, properties: Mapping[str, str]) -> int:
        """Return the current snapshot, which was committed with these properties.

        Raises:
            TableMovedError: somebody else has committed since.
        """
        snapshot = self._load().currentSnapshot()
        if any(snapshot.summary().get(name) != value for name, value in properties.items()):
            raise TableMovedError(self.name, None, "right after the commit")
        return int(snapshot.snapshotId())

    def added_bytes(self, snapshot_id: int) -> int:
        """Return the bytes of the data files that a snapshot added."""
        return int(self._load().snapshot(snapshot_id).summary().get("added-files-size") or 0)

    # --- staging ----------------------------------------------------------------------------------------------------

    def begin_branch(self, base: int | None, *, empty: bool) -> Branch:
        """Make a branch at the table's current snapshot, or an ``empty`` one; drop those that killed runs left.

        An empty branch knows nothing of the table's files: so what is written to it replaces all of them, even those
        that cannot be read any more.

        Raises:
            TableMovedError: the current snapshot is not ``base``.
        """
        table = self._load()
        operations = table.operations()
        metadata = operations.current()
        self._check_base(metadata, base)
        name = f"{STAGING_BRANCH}_{secrets.token_hex(4)}"
        builder = self._java.TableMetadata.buildFrom(metadata)
        for left in self._staging_branches(metadata):
            builder = builder.removeRef(left)
        if empty or base is None:
            begin = self._empty_snapshot(table, name)
            builder = builder.setBranchSnapshot(begin, name)
        else:
            begin = table.currentSnapshot()
            builder = builder.setBranchSnapshot(begin.snapshotId(), name)
        operations.commit(metadata, builder.build())
        return Branch(name, begin.snapshotId(), base)

    def _empty_snapshot(self, table: Any, branch: str) -> Any:
        """Return a snapshot without a parent and without files, which is not committed yet.

        Iceberg makes one for the first branch of an empty table only. A transaction that is never committed lets the
        table seem empty.
        """
        transaction = table.newTransaction()
        operations = transaction.table().operations()
        metadata = operations.current()
        operations.commit(metadata, self._java.TableMetadata.buildFrom(metadata).removeRef(_MAIN).build())
        transaction.newFastAppend().toBranch(branch).commit()
        return transaction.table().snapshot(branch)

    def staged(self, branch: Branch) -> int:
        """Return the snapshot that was written to a branch.

        Raises:
            TableMovedError: it does not stand on the branch's first one: somebody dropped the branch meanwhile.
        """
        table = self._load()
        head = table.snapshot(branch.name)
        if head is None or head.parentId() != branch.begin:
            raise TableMovedError(self.name, branch.base, "its staging branch is gone")
        return int(head.snapshotId())

    def publish(self, branch: Branch, staged: int) -> None:
        """Make a staged snapshot the one that readers see, and drop its branch, in one commit.

        Raises:
            TableMovedError: the current snapshot is not the branch's base.
        """
        operations = self._load().operations()
        metadata = operations.current()
        self._check_base(metadata, branch.base)
        if metadata.snapshot(staged) is None:
            raise TableMovedError(self.name, branch.base, "its staged snapshot was expired")
        builder = self._java.TableMetadata.buildFrom(metadata)
        operations.commit(metadata, builder.setBranchSnapshot(staged, _MAIN).removeRef(branch.name).build())

    def discard(self, branch: Branch) -> None:
        """Drop a branch that is not published, with the files that only it names."""
        operations = self._load().operations()
        metadata = operations.current()
        reference = metadata.ref(branch.name)
        if reference is None:
            return
        staged = {reference.snapshotId(), branch.begin} - {_id_of(metadata.currentSnapshot()), branch.base}
        operations.commit(metadata, self._java.TableMetadata.buildFrom(metadata).removeRef(branch.name).build())
        self.expire(staged)

    def _check_base(self, metadata: Any, base: int | None) -> None:
        found = _id_of(metadata.currentSnapshot())
        if found != base:
            raise TableMovedError(self.name, base, f"it is at {found}")

    def _staging_branches(self, metadata: Any) -> Iterator[str]:
        for name in metadata.refs():
            if name.startswith(STAGING_BRANCH):
                yield name

    # --- columns, partitions, properties ----------------------------------------------------------------------------

    def evolve(
        self,
        schema_of: Callable[[Collection[int]], Mapping[str, Any]],
        order: Mapping[str, Any],
        properties: Mapping[str, str],
    ) -> None:
        """Give the table a schema and a sort order, as Iceberg's JSON, and set properties: one commit.

        ``schema_of`` is told the ids of the columns that the table requires now.
        """
        operations = self._load().operations()
        metadata = operations.current()
        required = [field.fieldId() for field in metadata.schema().columns() if field.isRequired()]
        schema = schema_of(required)
        columns = self._java.SchemaParser.fromJson(json.dumps(schema))
        last_id = max(int(metadata.lastColumnId()), *(field["id"] for field in schema["fields"]))
        builder = self._java.TableMetadata.buildFrom(metadata).setCurrentSchema(columns, last_id)
        builder = builder.setDefaultSortOrder(self._java.SortOrderParser.fromJson(columns, json.dumps(order)))
        operations.commit(metadata, builder.setProperties(self._map(properties)).build())

    def repartition(self, spec: Mapping[str, Any]) -> None:
        """Give the table a partition spec, as Iceberg's JSON: one that it had before, or a new one.

        A new one's fields get new ids, and names with their transform's width: readers of all specs' files want names
        that differ.
        """
        operations = self._load().operations()
        metadata = operations.current()
        wanted = [(field["source-id"], field["transform"]) for field in spec["fields"]]
        found = next((each for each in metadata.specs() if _fields_of(each) == wanted), None)
        if found is None:
            first = int(metadata.lastAssignedPartitionId()) + 1
            fields = [
                {**field, "field-id": first + place, "name": evolved_name(field)}
                for place, field in enumerate(spec["fields"])
            ]
            document = json.dumps({**spec, "fields": fields})
            found = self._java.PartitionSpecParser.fromJson(metadata.schema(), document)
        builder = self._java.TableMetadata.buildFrom(metadata).setDefaultPartitionSpec(found)
        operations.commit(metadata, builder.build())

    def _map(self, values: Mapping[str, str]) -> Any:
        made = self.spark._jvm.java.util.HashMap()  # type: ignore[union-attr] # noqa: SLF001
        for name, value in values.items():
            made.put(name, value)
        return made

    # --- maintenance ------------------------------------------------------------------------------------------------

    def expire(self, snapshot_ids: Collection[int]) -> None:
        """Forget snapshots, and delete the files that only they named; staging branches that end in them go first."""
        operations = self._load().operations()
        metadata = operations.current()
        ended = [name for name in self._staging_branches(metadata) if metadata.ref(name).snapshotId() in snapshot_ids]
        if ended:
            builder = self._java.TableMetadata.buildFrom(metadata)
            for name in ended:
                builder = builder.removeRef(name)
            operations.commit(metadata, builder.build())
        table = self._load()
        present = [one for one in snapshot_ids if table.snapshot(one) is not None]
        if not present:
            return
        expiry = table.expireSnapshots().expireOlderThan(_LONG_AGO)
        for one in present:
            expiry = expiry.expireSnapshotId(one)
        expiry.commit()

    def unreadable_file(self) -> str | None:
        """Return the first file, of those that say what the current snapshot holds, that cannot be read; or None."""
        table = self._load()
        snapshot, files = table.currentSnapshot(), table.io()
        if snapshot is None:
            return None
        try:
            manifests = list(snapshot.allManifests(files))
        except Py4JJavaError:
            return str(snapshot.manifestListLocation())
        for manifest in manifests:
            try:
                self._java.ManifestFiles.readPaths(manifest, files).iterator().hasNext()
            except Py4JJavaError:
                return str(manifest.path())
        return None

    def files_named(self) -> frozenset[str]:
        """Return the addresses of all files that any snapshot or the metadata log names."""
        parts = {
            "all_files": "file_path",
            "all_manifests": "path",
            "snapshots": "manifest_list",
            "metadata_log_entries": "file",
        }
        queries = [f"SELECT {column} AS name FROM {self.identifier}.{table}" for table, column in parts.items()]  # noqa: S608
        names = self.spark.sql(" UNION ALL ".join(queries)).distinct().collect()
        statistics = [*self._load().statisticsFiles(), *self._load().partitionStatisticsFiles()]
        return frozenset([*(row["name"] for row in names), *(file.path() for file in statistics)])


def _fields_of(spec: Any) -> list[tuple[int, str]]:
    return [(int(field.sourceId()), str(field.transform().toString())) for field in spec.fields()]


def _id_of(snapshot: Any) -> int | None:
    return None if snapshot is None else int(snapshot.snapshotId())
