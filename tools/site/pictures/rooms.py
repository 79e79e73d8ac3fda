"""The project's rooms, its folders of Python, and which of them import which: read from the code."""

from __future__ import annotations

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
    """Return the rooms, with an arrow from each to those that it imports."""
    imports = grimp.build_graph(*ROOMS, cache_dir=None)
    arrows = {
        (module.partition(".")[0], imported.partition(".")[0])
        for module in imports.modules
        for imported in imports.find_modules_directly_imported_by(module)
    }
    nodes = [Node(room, room, detail, kind) for room, (detail, kind) in ROOMS.items()]
    return Graph.of(nodes, [Edge(one, other, "") for one, other in arrows if one != other])
