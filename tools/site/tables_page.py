"""docs/reference/tables.md: what analysts find in the database, and where each column comes from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from contract.column_types import ColumnType
from contract.datasets import Column, Dataset
from contract.views import NamedQuery, View
from tools.site.markdown import code, table
from tools.site.pictures.lineage import Lineage

_INTRODUCTION: Final = """\
# Tables, views and queries

The database is `cat_{env}_analytics_db`, the workgroup `wg-cat-{env}-analytics`; [other
groups](../security.md#who-sees-what) have others. Tables are Iceberg tables and hold the source as it is now; [earlier
states](../lake.md#query-an-earlier-state) can be queried too. Times are UTC, to the microsecond. [The analyst's
guide](../analyst-guide.md) has SQL to start from.

A column's id is Iceberg's field id: it never changes and is never used again. *Required* columns are never null in the
table itself; where only "may be null" says no, ETL-2 checks it before it publishes.
"""
#: Views that are shown column by column, with a picture.
TOLD_BY_COLUMN: Final = ("feedback_in_context", "dashboard_usuarios")


def tables_page(lineage: Lineage, queries: Iterable[NamedQuery]) -> str:
    """Return the page: the tables and views that ``lineage`` knows, and the named queries."""
    lines = [_INTRODUCTION, "## Tables", ""]
    for dataset in lineage.contract.tables:
        lines += _table(dataset)
    lines += ["## Views", ""]
    for view in lineage.views:
        lines += _view(view, lineage)
    lines += [
        "## Named queries",
        "",
        "They are in the workgroup of who may read the tables that they ask, to start from.",
        "",
    ]
    lines += table(("query", "what it answers"), ((code(query.name), query.description) for query in queries))
    return "\n".join(lines)


def _table(dataset: Dataset) -> Iterator[str]:
    yield f"### {code(dataset.name)}"
    yield ""
    key = f" A row is known by {_listed(dataset.key)}." if dataset.key else ""
    yield f"{dataset.description}{key} {_divided(dataset)} Files are sorted by {_listed(dataset.sort_by)}."
    yield ""
    rows = (
        (
            str(column.field_id),
            code(column.name),
            _type(column),
            _null(column, dataset),
            column.data_class.value,
            column.comment,
            _listed(column.source),
        )
        for column in dataset.columns
    )
    yield from table(("id", "column", "type", "may be null", "class", "what it is", "from"), rows)


def _divided(dataset: Dataset) -> str:
    if dataset.partition is None:
        return "It is one partition."
    return f"Partitions are the first {dataset.partition.width} characters of {code(dataset.partition.column)}."


def _type(column: Column) -> str:
    return f"{column.type.iceberg}, JSON" if column.type == ColumnType.JSON else column.type.iceberg


def _null(column: Column, dataset: Dataset) -> str:
    if column.nullable:
        return "yes"
    return "no, required" if column.name in dataset.required_names else "no"


def _view(view: View, lineage: Lineage) -> Iterator[str]:
    yield f"### {code(view.name)}"
    yield ""
    yield view.description
    yield ""
    if view.name in TOLD_BY_COLUMN:
        yield f"![Where each column of {view.name} comes from](../pictures/{view.name}.svg)"
        yield ""
        rows = (
            (code(column.name), column.type.value, column.comment, _listed(lineage.columns_behind(view, column.name)))
            for column in view.columns
        )
        yield from table(("column", "type", "what it is", "made or ordered from"), rows)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(code, names))
