"""Finds scans of a partitioned table that would read every day."""

from __future__ import annotations

import sqlglot
from sqlglot import exp

from modules.contract.datasets import PARTITION_COLUMN
from sources.catia import CONTRACT

#: Tables of whole snapshots. data_quality is none: some rows a day, to be read over many days.
SNAPSHOTS = frozenset(dataset.name for dataset in CONTRACT.datasets)


def tables_of(sql: str) -> set[str]:
    """Names of the tables and views that a query reads, its own CTEs left out."""
    tree = sqlglot.parse_one(sql, read="athena")
    return {table.name for table in tree.find_all(exp.Table)} - {cte.alias for cte in tree.find_all(exp.CTE)}


def unpruned_scans(sql: str) -> list[str]:
    """Names of the tables that the query scans without holding ``dt`` to one value."""
    tree = sqlglot.parse_one(sql, read="athena")
    scans = [table for table in tree.find_all(exp.Table) if table.name in SNAPSHOTS]
    return [scan.name for scan in scans if not _is_pruned(scan)]


def _is_pruned(scan: exp.Table) -> bool:
    select = scan.find_ancestor(exp.Select)
    where = select.args.get("where") if select else None
    if select is None or where is None:
        return False
    conditions = where.this.flatten() if isinstance(where.this, exp.And) else [where.this]
    alone = not select.args.get("joins")
    return any(_holds_dt(condition, scan.alias_or_name, alone=alone) for condition in conditions)


def _holds_dt(condition: exp.Expr, table: str, *, alone: bool) -> bool:
    if not isinstance(condition, exp.EQ) or not isinstance(condition.this, exp.Column):
        return False
    column, value = condition.this, condition.expression
    of_this_table = column.table == table or (alone and not column.table)
    return column.name == PARTITION_COLUMN and of_this_table and isinstance(value, exp.Literal | exp.Subquery)
