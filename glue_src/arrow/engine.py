"""ETL-2's engine for one process; see ``glue_src.engine.LakeEngine``."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pyarrow as pa

from contract.datasets import WHOLE_TABLE, Dataset
from contract.masking import Mask
from glue_src.arrow import evolution, maintenance
from glue_src.arrow.catalog import LakeCatalog, lake_catalog
from glue_src.arrow.current import CurrentTable
from glue_src.arrow.limits import Limits
from glue_src.arrow.reading import CsvReader
from glue_src.arrow.s3_files import S3Files
from glue_src.arrow.staged import ArrowStagedTables, StagedTable, check_base, commit, commit_alone
from glue_src.arrow.types import plain_schema
from glue_src.arrow.uploads import Uploads
from glue_src.arrow.writing import Job, PartitionWriter, write_all
from glue_src.engine import TablePlan

if TYPE_CHECKING:
    from mypy_boto3_glue import GlueClient
    from mypy_boto3_s3 import S3Client


@dataclass(frozen=True)
class ArrowEngine:
    """Writes the Iceberg tables of ``database`` from CSVs in ``bucket``.

    ``scratch`` is an existing folder with room for the largest CSV. ``check_time`` is called again and again while
    tables are written; what it raises ends the work. ``mask`` is for pseudonymous tables.
    """

    glue: GlueClient
    s3: S3Client
    bucket: str
    database: str
    scratch: Path
    limits: Limits = field(default_factory=Limits.of_this_process)
    check_time: Callable[[], None] = lambda: None
    mask: Mask | None = None

    def masked(self, database: str, mask: Mask) -> ArrowEngine:
        """Return an engine for another database, which writes what a mask makes of the CSVs' rows."""
        return replace(self, database=database, mask=mask)

    @property
    def catalog(self) -> LakeCatalog:
        """The tables."""
        return lake_catalog(self.glue, self.s3, self.database)

    @property
    def _files(self) -> S3Files:
        return S3Files.of(self.s3)

    @contextmanager
    def stage(self, plans: Sequence[TablePlan]) -> Iterator[ArrowStagedTables]:
        """Write what plans say where no reader sees it; leaving the context removes what was not published."""
        with (
            TemporaryDirectory(dir=self.scratch) as folder,
            ThreadPoolExecutor(self.limits.workers) as workers,
            Uploads(self._files) as uploads,
        ):
            tables = {plan.dataset.name: self._planned(plan) for plan in plans}
            self._write(plans, tables, Path(folder), workers, uploads)
            uploads.wait()
            yield ArrowStagedTables(self.catalog, tables, uploads, workers, self.limits.ahead)

    def _planned(self, plan: TablePlan) -> StagedTable:
        table = self.catalog.table(plan.dataset.name)
        check_base(table, plan.base_snapshot_id)
        if plan.replaces_all:
            return StagedTable(plan, CurrentTable.to_be_replaced(table))
        current = CurrentTable(table)
        current.check_spec()
        return StagedTable(plan, current)

    def _write(
        self,
        plans: Sequence[TablePlan],
        tables: Mapping[str, StagedTable],
        folder: Path,
        workers: ThreadPoolExecutor,
        uploads: Uploads,
    ) -> None:
        reader = CsvReader(self.s3, self.bucket, folder, self.limits, self.check_time, self.mask)
        with reader.read(plans, workers) as buckets:
            jobs = []
            for name, table in tables.items():
                writer = PartitionWriter(table.plan.dataset, table.current.table, folder)
                jobs += [Job(writer, buckets[name], partition) for partition in buckets[name].by_partition]
            for job, found in write_all(jobs, self.limits, workers):
                self.check_time()
                tables[job.writer.dataset.name].partitions[job.partition] = found
                uploads.start(job.writer.dataset.name, found.file.path, found.file.file.file_path)
        for table in tables.values():
            table.find_duplicates_across()

    def evolve(self, dataset: Dataset, properties: Mapping[str, str]) -> None:
        """Bring a table's columns, their order, types and comments, and properties to the contract's."""
        table = self.catalog.table(dataset.name)
        updates = tuple(evolution.columns_and_properties(table.metadata, dataset, properties))
        if updates:
            self.catalog.commit(table, *updates)

    def repartition(self, dataset: Dataset) -> None:
        """Make the contract's partitioning the one by which the table's next files are divided."""
        table = self.catalog.table(dataset.name)
        updates = tuple(evolution.partitioning(table.metadata, dataset))
        if updates:
            self.catalog.commit(table, *updates)

    def rows_of(self, dataset: Dataset) -> list[tuple[object, ...]]:
        """Return all rows of a small table, cells in the contract's column order; instants without a zone, in UTC."""
        current = CurrentTable(self.catalog.table(dataset.name))
        rows: list[tuple[object, ...]] = []
        for table in current.read(dataset.column_names):
            rows += zip(*(column.to_pylist() for column in table.columns), strict=True)
        return rows

    def replace_rows(
        self,
        dataset: Dataset,
        rows: Sequence[tuple[object, ...]],
        base_snapshot_id: int | None,
        properties: Mapping[str, str],
    ) -> int:
        """Make ``rows`` all that a small table holds, in one file and one commit, and return the snapshot's id."""
        table = self.catalog.table(dataset.name)
        check_base(table, base_snapshot_id)
        removed = [task.file for task in CurrentTable(table).tasks]
        schema = plain_schema(dataset)
        columns = list(zip(*rows, strict=True)) or [()] * len(schema)
        content = pa.table(
            [pa.array(cells, each.type) for cells, each in zip(columns, schema, strict=True)], schema=schema
        )
        with TemporaryDirectory(dir=self.scratch) as folder, Uploads(self._files) as uploads:
            added = []
            if rows:
                written = PartitionWriter(dataset, table, Path(folder)).write(WHOLE_TABLE, content, content.nbytes)
                uploads.start(dataset.name, written.file.path, written.file.file.file_path)
                uploads.wait()
                added.append(written.file.file)
            with uploads.committing(dataset.name):
                return commit(table, added, removed, properties)

    def restate(self, dataset: Dataset, base_snapshot_id: int, properties: Mapping[str, str]) -> int:
        """Make a snapshot without a parent of the rows that a table holds, and return its id."""
        table = self.catalog.table(dataset.name)
        check_base(table, base_snapshot_id)
        return commit_alone(table, [task.file for task in CurrentTable(table).tasks], properties)

    def expire(self, dataset: Dataset, snapshot_ids: Collection[int]) -> None:
        """Forget snapshots, and delete the files that only they named."""
        maintenance.expire(self.catalog, self._files, dataset.name, snapshot_ids)

    def files_named(self, dataset: Dataset) -> frozenset[str]:
        """Return the addresses of all files that any snapshot or the metadata log of a table names."""
        return maintenance.files_named(self.catalog.table(dataset.name))
