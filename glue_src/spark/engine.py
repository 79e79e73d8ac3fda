"""ETL-2's engine for a cluster; see ``glue_src.engine.LakeEngine``."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, DataFrameWriterV2, SparkSession
from pyspark.sql import functions as F

from contract.datasets import Dataset
from contract.discretion import discreet
from contract.masking import Mask
from contract.snapshots import NO_SNAPSHOT, SnapshotProperty
from glue_src import logs
from glue_src.engine import TablePlan
from glue_src.exceptions import DISCREET, brief
from glue_src.spark import files, layout
from glue_src.spark.csv import read_clean, table_schema
from glue_src.spark.errors import translated
from glue_src.spark.iceberg import IcebergTable
from glue_src.spark.keys import replaced_by
from glue_src.spark.masking import masked
from glue_src.spark.session import configure
from glue_src.spark.staged import SparkStagedTables, StagedTable
from glue_src.spark.threads import side_by_side


@dataclass(frozen=True)
class SparkEngine:
    """Writes the Iceberg tables of ``database`` from CSVs in ``bucket``; it is a LakeEngine.

    ``mask`` is for pseudonymous tables.
    """

    spark: SparkSession
    bucket: str
    database: str
    mask: Mask | None = None

    def __post_init__(self) -> None:
        """Set what the engine relies on; the session's other settings stay."""
        configure(self.spark)

    def masked(self, database: str, mask: Mask) -> SparkEngine:
        """Return an engine for another database, which writes what a mask makes of the CSVs' rows."""
        return replace(self, database=database, mask=mask)

    def _table(self, dataset: Dataset) -> IcebergTable:
        return IcebergTable(self.spark, self.database, dataset.name)

    @contextmanager
    def stage(self, plans: Sequence[TablePlan]) -> Iterator[SparkStagedTables]:
        """Write what ``plans`` say on branches; leaving the context drops those that were not published."""
        with ExitStack() as unpublished:
            staged = side_by_side(lambda plan: self._stage_one(plan, unpublished), plans)
            yield SparkStagedTables({each.plan.dataset.name: each for each in staged}, self.spark, self.database)

    def _stage_one(self, plan: TablePlan, unpublished: ExitStack) -> StagedTable:
        table, base = self._table(plan.dataset), plan.base_snapshot_id
        condition = replaced_by(plan)
        with translated(table, base, plan.source.key):
            branch = table.begin_branch(base, empty=condition is None)
            staged = StagedTable(plan, table, branch, branch.begin, condition)
            unpublished.callback(_discard, staged)
            properties = {**plan.properties, **_base_property(branch.begin)}
            writer = _writer(self._rows(plan, condition), table.branch_identifier(branch), properties, branch.begin)
            if condition is None:
                writer.append()
            else:
                writer.overwrite(condition)
            staged.snapshot_id = table.staged(branch)
        return staged

    def _rows(self, plan: TablePlan, condition: Expression | None) -> DataFrame:
        """Return the rows that a plan writes."""
        columns = plan.dataset.columns
        if not plan.needs_csv:
            return self.spark.createDataFrame([], table_schema(columns))
        uri = f"s3://{self.bucket}/{plan.source.key}"
        rows = read_clean(self.spark, uri, plan.dataset, plan.source.columns)
        wanted = rows if condition is None else rows.where(condition)
        return masked(wanted, plan.dataset, self.mask) if self.mask else wanted

    def evolve(self, dataset: Dataset, properties: Mapping[str, str]) -> None:
        """Bring a table's columns (by field id), their order, types and comments, and properties to the contract's."""
        table = self._table(dataset)
        with translated(table):
            layout.evolve(table, dataset, properties)

    def repartition(self, dataset: Dataset) -> None:
        """Make the contract's partitioning the one by which the table's next files are divided."""
        table = self._table(dataset)
        with translated(table):
            layout.repartition(table, dataset)

    def rows_of(self, dataset: Dataset) -> list[tuple[object, ...]]:
        """Return all rows of a small table, cells in the contract's column order; instants without a zone, in UTC."""
        table = self._table(dataset)
        with translated(table):
            frame = self.spark.table(table.identifier).select(*dataset.column_names)
            return [tuple(row) for row in frame.collect()]

    def replace_rows(
        self,
        dataset: Dataset,
        rows: Sequence[tuple[object, ...]],
        base_snapshot_id: int | None,
        properties: Mapping[str, str],
    ) -> int:
        """Make ``rows`` all that a small table holds, in one file and one commit, and return the snapshot's id.

        Raises:
            TableMovedError: its current snapshot is not ``base_snapshot_id``; it stays as it is.
        """
        table = self._table(dataset)
        with translated(table, base_snapshot_id):
            table.check_base(base_snapshot_id)
            frame = self.spark.createDataFrame(list(rows), table_schema(dataset.columns)).coalesce(1)
            # Iceberg checks again, when it commits, that nobody came between.
            _writer(frame, table.identifier, properties, base_snapshot_id).overwrite(F.lit(True))
            return table.committed(properties)

    def restate(self, dataset: Dataset, base_snapshot_id: int, properties: Mapping[str, str]) -> int:
        """Make a snapshot without a parent of the rows that a table holds, and return its id."""
        table = self._table(dataset)
        with translated(table, base_snapshot_id):
            return table.restate(base_snapshot_id, {**properties, SnapshotProperty.BASE_SNAPSHOT_ID: NO_SNAPSHOT})

    def expire(self, dataset: Dataset, snapshot_ids: Collection[int]) -> None:
        """Forget snapshots, and delete the files that only they named."""
        table = self._table(dataset)
        with translated(table):
            table.expire(snapshot_ids)

    def files_named(self, dataset: Dataset) -> frozenset[str]:
        """Return the addresses of all files that any snapshot or the metadata log of a table names."""
        table = self._table(dataset)
        with translated(table):
            return files.files_named(table)


def _base_property(snapshot_id: int) -> dict[str, str]:
    return {SnapshotProperty.BASE_SNAPSHOT_ID: str(snapshot_id)}


def _writer(frame: DataFrame, identifier: str, properties: Mapping[str, str], base: int | None) -> DataFrameWriterV2:
    """Return a writer whose commit fails if anybody else committed since ``base``."""
    writer = frame.writeTo(identifier).option("isolation-level", "serializable")
    if base is not None:
        writer = writer.option("validate-from-snapshot-id", str(base))
    for name, value in properties.items():
        writer = writer.option(f"snapshot-property.{name}", value)
    return writer


def _discard(staged: StagedTable) -> None:
    """Drop a branch that was not published. If that fails, the next run does it: the night's own error counts more."""
    if staged.is_published:
        return
    try:
        staged.table.discard(staged.branch)
    except Exception as error:  # noqa: BLE001 - see above
        logs.warning("staging branch not dropped", dataset=staged.table.name, error=brief(discreet(error, DISCREET)))
