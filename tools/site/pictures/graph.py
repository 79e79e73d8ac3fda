"""Graphs as values: what a picture shows, before anybody lays it out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, order=True)
class Node:
    """A box: ``title`` is its first line, ``detail`` the smaller one below; ``kind`` decides how it is painted.

    ``group`` names the frame that it stands in, none if empty.
    """

    id: str
    title: str
    detail: str
    kind: str
    group: str = ""


@dataclass(frozen=True, order=True)
class Edge:
    """An arrow from one node's ``id`` to another's; ``kind`` as with nodes."""

    start: str
    end: str
    label: str
    kind: str = "flow"


@dataclass(frozen=True)
class Graph:
    """Nodes and edges, each once and in order, so that the same facts give the same picture.

    ``across`` says that it is read from left to right, and not downwards.
    """

    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    across: bool = False

    @classmethod
    def of(cls, nodes: Iterable[Node], edges: Iterable[Edge], *, across: bool = False) -> Graph:
        """Return the graph of these nodes with the edges between them; other edges lead out of the picture."""
        shown = sorted(set(nodes))
        ids = {node.id for node in shown}
        return cls(tuple(shown), tuple(sorted({edge for edge in edges if {edge.start, edge.end} <= ids})), across)

    @property
    def groups(self) -> tuple[str, ...]:
        """The frames' names, sorted."""
        return tuple(sorted({node.group for node in self.nodes if node.group}))
