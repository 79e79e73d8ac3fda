"""From the source's attributes by way of the tables' columns to a view's: read from the contract and the views' SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from sqlglot import exp
from sqlglot.lineage import Node as Origin
from sqlglot.lineage import lineage

from contract.source import SourceContract
from contract.views import View
from tools.site.pictures.graph import Edge, Graph, Node

#: Stands for a column where rows are counted.
ROWS: Final = "(rows)"


@dataclass(frozen=True)
class Lineage:
    """Where columns come from: the tables that a contract has, and the views above them.

    ``source`` is what people call the items that all begins with.
    """

    contract: SourceContract
    views: tuple[View, ...]
    source: str

    def graph(self, view: View) -> Graph:
        """Return the graph that ends in ``view``'s columns. A column that counts rows begins in their table."""
        nodes: list[Node] = []
        edges: list[Edge] = []
        for column in view.columns:
            end = f"{view.name}.{column.name}"
            nodes.append(Node(end, column.name, "", "serve", view.name))
            for origin in self.columns_behind(view, column.name):
                table, _, name = origin.partition(".")
                nodes.append(Node(origin, name, "", "store", table))
                edges.append(Edge(origin, end, ""))
                for attribute in self._attributes(table, name):
                    nodes.append(Node(attribute, attribute, "", "events", self.source))
                    edges.append(Edge(attribute, origin, ""))
        return Graph.of(nodes, edges, across=True)

    def columns_behind(self, view: View, column: str) -> tuple[str, ...]:
        """Return the columns of curated tables, as ``table.column``, that a view's column is made or ordered from."""
        if (view.name, column) not in self._found:
            others = {other.name: other.sql for other in self.views if other.name != view.name}
            root = lineage(column, view.sql, schema=self._schema, sources=others, dialect="athena")
            self._found[view.name, column] = tuple(sorted(set(_leaves(root))))
        return self._found[view.name, column]

    @cached_property
    def _found(self) -> dict[tuple[str, str], tuple[str, ...]]:
        """What has been looked up, which takes its time: by view and column."""
        return {}

    @cached_property
    def _schema(self) -> dict[str, dict[str, str]]:
        """The tables' columns; only their names count here."""
        return {table.name: dict.fromkeys(table.column_names, "varchar") for table in self.contract.tables}

    def _attributes(self, table: str, name: str) -> tuple[str, ...]:
        """Return the items' attributes that a table's column is made from."""
        tables = (found for found in self.contract.tables if found.name == table)
        columns = {column.name: column for found in tables for column in found.columns}
        return () if name == ROWS else columns[name].source


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
