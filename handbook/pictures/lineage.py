"""From the source's attributes by way of the tables' columns to a view's: read from the contract and the views' SQL."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Final

from sqlglot import exp
from sqlglot.lineage import Node as Origin
from sqlglot.lineage import lineage

from handbook.pictures.graph import Edge, Graph, Node
from modules.contract.datasets import PARTITION_COLUMN
from modules.contract.views import View
from modules.etl.serving import views_of
from sources.catia import CONTRACT

VIEWS = views_of(CONTRACT)

#: What Athena calls a table's partitions, beside the table's name.
_PARTITIONS: Final = "$partitions"
#: Stands for a column where rows are counted.
ROWS: Final = "(rows)"
_SOURCE: Final = "the chatbot's items"


def lineage_of(view: View) -> Graph:
    """Return the graph that ends in ``view``'s columns. A column that counts rows begins in their table."""
    nodes: list[Node] = []
    edges: list[Edge] = []
    for column in view.columns:
        end = f"{view.name}.{column.name}"
        nodes.append(Node(end, column.name, "", "serve", view.name))
        for origin in columns_behind(view, column.name):
            table, _, name = origin.partition(".")
            nodes.append(Node(origin, name, "", "store", table))
            edges.append(Edge(origin, end, ""))
            for attribute in _sources(table, name):
                nodes.append(Node(attribute, attribute, "", "events", _SOURCE))
                edges.append(Edge(attribute, origin, ""))
    return Graph.of(nodes, edges, across=True)


@cache
def columns_behind(view: View, column: str) -> Sequence[str]:
    """Return the columns of curated tables, as ``table.column``, that a view's column is made or ordered from."""
    others = {other.name: other.sql for other in VIEWS if other.name != view.name}
    root = lineage(column, view.sql, schema=_schema(), sources=others, dialect="athena")
    return sorted({leaf for leaf in _leaves(root) if not leaf.endswith(f".{PARTITION_COLUMN}")})


def _leaves(root: Origin) -> Iterator[str]:
    for origin in root.walk():
        if origin.downstream:
            continue
        if isinstance(origin.expression, exp.Table):
            yield f"{origin.expression.name}.{origin.name.rpartition('.')[2]}"
        elif origin.expression.find(exp.Count):
            yield f"{_counted(origin.source)}.{ROWS}"


def _counted(query: exp.Expr) -> str:
    """Return the curated table whose rows a query takes: the nearest one in its FROM, whose views are written out."""
    return str(query.args["from_"].find(exp.Table).name)


def _schema() -> dict[str, dict[str, str]]:
    """Return the tables' columns; only their names count here."""
    names = {table.name: [*table.column_names, PARTITION_COLUMN] for table in CONTRACT.tables}
    names |= {f"{table}{_PARTITIONS}": [PARTITION_COLUMN] for table in names}
    return {table: dict.fromkeys(columns, "varchar") for table, columns in names.items()}


def _sources(table: str, name: str) -> tuple[str, ...]:
    columns = {column.name: column for found in CONTRACT.tables if found.name == table for column in found.columns}
    return () if name == ROWS else columns[name].source
