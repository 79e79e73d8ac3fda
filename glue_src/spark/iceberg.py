"""A table by Iceberg's own Java objects, and its staging branches: Spark's SQL cannot make them, or in more commits.

Each change here is one commit of new metadata on the metadata that it was decided on: the catalog refuses it if anybody
else's commit came between.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, reduce
from typing import Any, Final

from pyspark.sql import SparkSession

from contract.snapshots import STAGING_BRANCH
from contract.spark_catalog import SPARK_CATALOG
from glue_src.exceptions import TableMovedError

_MAIN: Final = "main"
#: Before any snapshot, in milliseconds: with it, nothing is expired but what is named.
_LONG_AGO: Final = 1


@cache
def java_class(jvm: Any, name: str) -> Any:
    """Return a class of Java.

    Py4J asks Java whether each beginning of a name is a class, each time, and Java then looks through all its jars.
    """
    return reduce(getattr, name.split("."), jvm)


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

    def load(self) -> Any:
        """Return Java's object of the table as it is now."""
        session = self.spark._jsparkSession
        # Spark looks for its catalogs in the settings of the thread's session, and a new thread has none.
        java_class(self.spark._jvm, "org.apache.spark.sql.SparkSession").setActiveSession(session)
        return self.java("spark.Spark3Util").loadIcebergTable(session, self.identifier)

    def java(self, name: str) -> Any:
        """Return a class of Iceberg's package."""
        return java_class(self.spark._jvm, f"org.apache.iceberg.{name}")

    def check_base(self, base: int | None) -> None:
        """Return if readers see the snapshot ``base``.

        Raises:
            TableMovedError: they see another one.
        """
        self._check_base(self.load().operations().current(), base)

    def committed(self, properties: Mapping[str, str]) -> int:
        """Return the current snapshot, which was committed with these properties.

        Raises:
            TableMovedError: somebody else has committed since.
        """
        snapshot = self.load().currentSnapshot()
        if any(snapshot.summary().get(name) != value for name, value in properties.items()):
            raise TableMovedError(self.name, None, "right after the commit")
        return int(snapshot.snapshotId())

    def added_bytes(self, snapshot_id: int) -> int:
        """Return the bytes of the data files that a snapshot added."""
        return int(self.load().snapshot(snapshot_id).summary().get("added-files-size") or 0)

    def begin_branch(self, base: int | None, *, empty: bool) -> Branch:
        """Make a branch at the table's current snapshot, or an ``empty`` one; drop those that killed runs left.

        An empty branch knows nothing of the table's files: so what is written to it replaces all of them, even those
        that cannot be read any more.

        Raises:
            TableMovedError: the current snapshot is not ``base``.
        """
        table = self.load()
        operations = table.operations()
        metadata = operations.current()
        self._check_base(metadata, base)
        name = f"{STAGING_BRANCH}_{secrets.token_hex(4)}"
        builder = self.java("TableMetadata").buildFrom(metadata)
        for left in self.staging_branches(metadata):
            builder = builder.removeRef(left)
        if empty or base is None:
            begin = self._lone_snapshot(table, name)
            builder = builder.setBranchSnapshot(begin, name)
        else:
            begin = table.currentSnapshot()
            builder = builder.setBranchSnapshot(begin.snapshotId(), name)
        operations.commit(metadata, builder.build())
        return Branch(name, begin.snapshotId(), base)

    def restate(self, base: int, properties: Mapping[str, str]) -> int:
        """Make a snapshot without a parent of the current one's data files, and return its id.

        Raises:
            TableMovedError: the current snapshot is not ``base``.
        """
        table = self.load()
        operations = table.operations()
        metadata = operations.current()
        self._check_base(metadata, base)
        # With their least and greatest values: a scan's own files come without.
        tasks = table.newScan().includeColumnStats().planFiles().iterator()
        files = []
        while tasks.hasNext():
            files.append(tasks.next().file())
        restated = self._lone_snapshot(table, f"{STAGING_BRANCH}_{secrets.token_hex(4)}", files, properties)
        builder = self.java("TableMetadata").buildFrom(metadata).setBranchSnapshot(restated, _MAIN)
        operations.commit(metadata, builder.build())
        return int(restated.snapshotId())

    def _lone_snapshot(
        self, table: Any, branch: str, files: Iterable[Any] = (), properties: Mapping[str, str] | None = None
    ) -> Any:
        """Return a snapshot without a parent, of no other files than these, which is not committed yet.

        Iceberg makes one for the first branch of an empty table only. A transaction that is never committed lets the
        table seem empty.
        """
        transaction = table.newTransaction()
        operations = transaction.table().operations()
        metadata = operations.current()
        operations.commit(metadata, self.java("TableMetadata").buildFrom(metadata).removeRef(_MAIN).build())
        append = transaction.newFastAppend().toBranch(branch)
        for file in files:
            append.appendFile(file)
        for name, value in (properties or {}).items():
            append.set(name, value)
        append.commit()
        return transaction.table().snapshot(branch)

    def staged(self, branch: Branch) -> int:
        """Return the snapshot that was written to a branch.

        Raises:
            TableMovedError: it does not stand on the branch's first one: somebody dropped the branch meanwhile.
        """
        table = self.load()
        head = table.snapshot(branch.name)
        if head is None or head.parentId() != branch.begin:
            raise TableMovedError(self.name, branch.base, "its staging branch is gone")
        return int(head.snapshotId())

    def publish(self, branch: Branch, staged: int) -> None:
        """Make a staged snapshot the one that readers see, and drop its branch, in one commit.

        Raises:
            TableMovedError: the current snapshot is not the branch's base.
        """
        operations = self.load().operations()
        metadata = operations.current()
        self._check_base(metadata, branch.base)
        if metadata.snapshot(staged) is None:
            raise TableMovedError(self.name, branch.base, "its staged snapshot was expired")
        builder = self.java("TableMetadata").buildFrom(metadata)
        operations.commit(metadata, builder.setBranchSnapshot(staged, _MAIN).removeRef(branch.name).build())

    def discard(self, branch: Branch) -> None:
        """Drop a branch that is not published, with the files that only it names."""
        operations = self.load().operations()
        metadata = operations.current()
        reference = metadata.ref(branch.name)
        if reference is None:
            return
        staged = {reference.snapshotId(), branch.begin} - {_id_of(metadata.currentSnapshot()), branch.base}
        operations.commit(metadata, self.java("TableMetadata").buildFrom(metadata).removeRef(branch.name).build())
        self.expire(staged)

    def expire(self, snapshot_ids: Collection[int]) -> None:
        """Forget snapshots, and delete the files that only they named; staging branches that end in them go first."""
        operations = self.load().operations()
        metadata = operations.current()
        ended = [name for name in self.staging_branches(metadata) if metadata.ref(name).snapshotId() in snapshot_ids]
        if ended:
            builder = self.java("TableMetadata").buildFrom(metadata)
            for name in ended:
                builder = builder.removeRef(name)
            operations.commit(metadata, builder.build())
        table = self.load()
        present = [one for one in snapshot_ids if table.snapshot(one) is not None]
        if not present:
            return
        expiry = table.expireSnapshots().expireOlderThan(_LONG_AGO)
        for one in present:
            expiry = expiry.expireSnapshotId(one)
        expiry.commit()

    def _check_base(self, metadata: Any, base: int | None) -> None:
        found = _id_of(metadata.currentSnapshot())
        if found != base:
            raise TableMovedError(self.name, base, f"it is at {found}")

    def staging_branches(self, metadata: Any) -> Iterator[str]:
        """Yield the names of the branches that this engine, or another run of it, stages on."""
        for name in metadata.refs():
            if name.startswith(STAGING_BRANCH):
                yield name


def _id_of(snapshot: Any) -> int | None:
    return None if snapshot is None else int(snapshot.snapshotId())
