"""Tables that Spark has written on branches: counted, compared with each other, published."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from pyspark.sql import Column as Expression
from pyspark.sql import DataFrame, SparkSession

from contract.datasets import Dataset
from contract.source import Relation
from glue_src.engine import Published, RelationFacts, TableFacts, TablePlan
from glue_src.spark.errors import translated
from glue_src.spark.facts import duplicates_across, relation_facts, table_facts
from glue_src.spark.iceberg import Branch, IcebergTable
from glue_src.spark.keys import condition_of
from glue_src.spark.threads import side_by_side


@dataclass
class StagedTable:
    """One table on its branch. ``condition`` holds for the rows that were replaced; None where all were."""

    plan: TablePlan
    table: IcebergTable
    branch: Branch
    snapshot_id: int
    condition: Expression | None
    is_published: bool = False

    @property
    def affected(self) -> frozenset[str]:
        """The partitions that the plan changes."""
        return frozenset((*self.plan.changed, *self.plan.gone))

    def rows(self) -> DataFrame:
        """Return the table's rows as they would be."""
        reader = self.table.spark.read.option("snapshot-id", str(self.snapshot_id))
        return reader.table(self.table.identifier)

    def facts(self) -> TableFacts:
        """Return what was found in the rows of the plan's partitions."""
        rows = self.rows() if self.condition is None else self.rows().where(self.condition)
        dataset = self.plan.dataset
        found = table_facts(rows, dataset)
        if dataset.key and dataset.partition is not None and dataset.partition.column not in dataset.key:
            # Rows of one key can be in different partitions, also in such as stay as they are.
            found = replace(found, duplicate_keys=duplicates_across(self.rows(), dataset))
        if self.plan.replaces_all:
            return found
        # Where there were too many ranges, the partitions that stay as they are were written, too.
        ours = {name: count for name, count in found.rows.items() if name not in (self.plan.kept or ())}
        return TableFacts(ours, found.nulls, found.duplicate_keys)


@dataclass(frozen=True)
class SparkStagedTables:
    """What the checks ask of staged tables, by the dataset's name; it is StagedTables."""

    tables: Mapping[str, StagedTable]
    spark: SparkSession
    database: str

    def facts(self) -> Mapping[str, TableFacts]:
        """Return what was found in each plan's rows; tables are counted side by side."""
        return dict(zip(self.tables, side_by_side(self._facts_of, self.tables.values()), strict=True))

    def _facts_of(self, staged: StagedTable) -> TableFacts:
        with translated(staged.table):
            return staged.facts()

    def relate(self, relations: Sequence[Relation]) -> Mapping[Relation, RelationFacts]:
        """Return what is found of each relation; they are counted side by side, too."""
        return dict(zip(relations, side_by_side(self._relate_one, relations), strict=True))

    def _relate_one(self, relation: Relation) -> RelationFacts:
        condition = self._affected_by(relation)
        sides = (self._rows(relation.child), self._rows(relation.parent))
        with translated(self._table(relation.parent)):
            children, parents = sides if condition is None else (side.where(condition) for side in sides)
            return relation_facts(relation, children, parents)

    def _rows(self, dataset: Dataset) -> DataFrame:
        staged, table = self.tables.get(dataset.name), self._table(dataset)
        with translated(table):
            return self.spark.table(table.identifier) if staged is None else staged.rows()

    def _table(self, dataset: Dataset) -> IcebergTable:
        return IcebergTable(self.spark, self.database, dataset.name)

    def _affected_by(self, relation: Relation) -> Expression | None:
        """Return the condition for rows whose parent or child this night may have changed; None for all rows.

        Where both tables are divided alike, by one of the relation's columns, a row and what belongs to it are in
        partitions of the same value: those that the night leaves alone need not be looked at.
        """
        child, parent = relation.child.partition, relation.parent.partition
        staged = [self.tables[side.name] for side in (relation.child, relation.parent) if side.name in self.tables]
        is_aligned = child is not None and child == parent and child.column in relation.columns
        if not is_aligned or any(each.plan.replaces_all for each in staged):
            return None
        affected = frozenset().union(*(each.affected for each in staged))
        kept = frozenset().union(*(each.plan.kept or () for each in staged)) - affected
        return condition_of(relation.child, affected, kept)

    def publish(self, dataset: Dataset) -> Published:
        """Make a staged table the one that readers see, in one atomic commit.

        Raises:
            TableMovedError: somebody else committed to the table since it was planned; it stays as it is.
        """
        staged = self.tables[dataset.name]
        with translated(staged.table, staged.branch.base):
            staged.table.publish(staged.branch, staged.snapshot_id)
            staged.is_published = True
            return Published(staged.snapshot_id, staged.table.added_bytes(staged.snapshot_id))
