"""The project's rooms, its folders of Python, and which of them import which: read from the code."""

from __future__ import annotations

from itertools import permutations
from typing import Final

import grimp

from tools.site.pictures.graph import Edge, Graph, Node

#: The rooms, with what is in them, and how they are painted.
ROOMS: Final = {
    "contract": ("what both programs, stacks and tools agree on", "store"),
    "envs": ("settings and names of each environment", "store"),
    "lambda_src": ("ETL-1: table to CSV", "compute"),
    "glue_src": ("ETL-2: CSV to Iceberg tables", "compute"),
    "modules": ("stacks, made of constructs", "events"),
    "ops": ("the operators' command and the daily report", "serve"),
    "tools": ("one machine, benchmarks, scan, site, CI", "serve"),
}


def rooms() -> Graph:
    """Return the rooms and an arrow from each to those that it imports, with the number of imports."""
    imports = grimp.build_graph(*ROOMS, cache_dir=None)
    by_room = {room: {module for module in imports.modules if module.partition(".")[0] == room} for room in ROOMS}
    counts = {
        (one, other): sum(
            len(imports.find_modules_directly_imported_by(module) & by_room[other]) for module in by_room[one]
        )
        for one, other in permutations(ROOMS, 2)
    }
    nodes = [Node(room, room, detail, kind) for room, (detail, kind) in ROOMS.items()]
    return Graph.of(nodes, [Edge(one, other, str(count)) for (one, other), count in counts.items() if count])
