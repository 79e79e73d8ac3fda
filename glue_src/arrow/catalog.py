"""Iceberg tables in Glue's Data Catalog, through injected clients: for this engine, and for operators' tools."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import pyarrow as pa
from botocore.exceptions import BotoCoreError, ClientError
from pyiceberg.catalog.glue import GlueCatalog
from pyiceberg.exceptions import (
    CommitFailedException,
    NoSuchIcebergTableError,
    NoSuchPropertyException,
    NoSuchTableError,
    ValidationError,
)
from pyiceberg.io import PY_IO_IMPL
from pyiceberg.table import CommitTableResponse, Table
from pyiceberg.table.refs import MAIN_BRANCH
from pyiceberg.table.update import AddSnapshotUpdate, AssertRefSnapshotId, TableRequirement, TableUpdate

from glue_src.arrow.s3_files import S3_CLIENT, S3Files
from glue_src.exceptions import TableFileError, TableMetadataError, TableMissingError, TableMovedError

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client

_FILES: Final = f"{S3Files.__module__}.{S3Files.__qualname__}"
#: What PyIceberg and pyarrow raise where a file is missing, cut off or no such file at all.
_DAMAGED: Final = (
    *(OSError, ValueError, EOFError, KeyError, IndexError, TypeError, AssertionError),
    *(ValidationError, pa.ArrowException),
)


class _CarefulGlue(GlueCatalog):
    """Knows a commit of its own whose answer was lost: the client repeats the request, and Glue refuses the second."""

    def _is_s3tables_database(self, database_name: str) -> bool:  # noqa: ARG002 - PyIceberg's
        """Ask nothing before each commit: the database is Glue's own, and the role may not read what it is."""
        return False

    def commit_table(
        self, table: Table, requirements: tuple[TableRequirement, ...], updates: tuple[TableUpdate, ...]
    ) -> CommitTableResponse:
        """Commit; see PyIceberg's."""
        try:
            return super().commit_table(table, requirements, updates)
        except (CommitFailedException, BotoCoreError, ClientError):
            added = {update.snapshot.snapshot_id for update in updates if isinstance(update, AddSnapshotUpdate)}
            found = self.load_table(table.name())
            if added and added <= {snapshot.snapshot_id for snapshot in found.metadata.snapshots}:
                return CommitTableResponse(metadata=found.metadata, **{"metadata-location": found.metadata_location})
            raise


@dataclass(frozen=True)
class LakeCatalog:
    """The tables of one database."""

    database: str
    glue: GlueCatalog

    def table(self, name: str) -> Table:
        """Return a table as it is now.

        Raises:
            TableMissingError: there is none, or it is no Iceberg table.
            TableMetadataError: its metadata file is missing or damaged.
        """
        try:
            return self.glue.load_table((self.database, name))
        except NoSuchTableError:
            raise TableMissingError(self.database, name, "is missing") from None
        except (NoSuchIcebergTableError, NoSuchPropertyException):
            raise TableMissingError(self.database, name, "is no Iceberg table") from None
        except _DAMAGED as error:
            raise self._damaged_metadata(name, error) from error

    def _damaged_metadata(self, name: str, error: Exception) -> TableMetadataError:
        table = self.glue.glue.get_table(DatabaseName=self.database, Name=name)["Table"]
        parameters = table.get("Parameters", {})
        fault = "is missing" if isinstance(error, FileNotFoundError) else f"is damaged ({type(error).__name__})"
        return TableMetadataError(name, parameters.get("metadata_location", ""), fault)

    def commit(self, table: Table, *updates: TableUpdate) -> Table:
        """Apply updates in one commit, if the table's current snapshot is still the one that ``table`` has.

        Raises:
            TableMovedError: it is not, or somebody else committed at the same time; nothing was changed.
        """
        requirement = AssertRefSnapshotId.model_validate(
            {"ref": MAIN_BRANCH, "snapshot-id": current_snapshot_id(table)}
        )
        with moved(table):
            self.glue.commit_table(table, (requirement,), updates)
        return self.table(table.name()[-1])


def lake_catalog(glue: GlueClient, s3: S3Client, database: str) -> LakeCatalog:
    """Return the tables of a database; all requests go through these clients."""
    properties: dict[str, Any] = {PY_IO_IMPL: _FILES, S3_CLIENT: s3}
    return LakeCatalog(database, _CarefulGlue("lake", client=glue, **properties))


def current_snapshot_id(table: Table) -> int | None:
    """Return the id of the snapshot that readers see, or None if there is none."""
    snapshot = table.current_snapshot()
    return snapshot.snapshot_id if snapshot else None


@contextmanager
def moved(table: Table) -> Iterator[None]:
    """Raise PyIceberg's refusal of a commit as ours.

    Raises:
        TableMovedError: the commit was refused.
    """
    try:
        yield
    except CommitFailedException as error:
        raise TableMovedError(table.name()[-1], current_snapshot_id(table), str(error)) from error


@contextmanager
def named_files(table: Table) -> Iterator[None]:
    """Raise what goes wrong with a file that a table names as an error that says so.

    Raises:
        TableFileError: a file is missing or damaged.
    """
    try:
        yield
    except FileNotFoundError as error:
        raise TableFileError(table.name()[-1], f"{error}.") from error
    except _DAMAGED as error:
        fault = f"one of its manifests or data files cannot be read ({type(error).__name__})."
        raise TableFileError(table.name()[-1], fault) from error
