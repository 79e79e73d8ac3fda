"""Graphs to SVG: Graphviz lays them out, a style sheet inside the file paints them for light and dark screens."""

from __future__ import annotations

import html
import json
import re
import subprocess
from collections.abc import Iterator
from typing import Final

from tools.local.machine_tools import PROJECT, tool_environment
from tools.site.pictures.graph import Edge, Graph, Node

_SCRIPT: Final = PROJECT / "tools" / "site" / "pictures" / "layout.mjs"
_FONT: Final = "Helvetica"

#: Line, surface and text of each kind of box, for light screens and for dark ones.
_PAINT: Final = {
    "compute": (("#a85d00", "#fff4e5", "#10202f"), ("#e09b3d", "#33250e", "#f2f6fb")),
    "store": (("#2f7a33", "#eaf6ea", "#10202f"), ("#6fbf73", "#152b18", "#f2f6fb")),
    "events": (("#a5275f", "#fdeaf3", "#10202f"), ("#e27aa8", "#341425", "#f2f6fb")),
    "serve": (("#5636b0", "#eee9fb", "#10202f"), ("#a48cf0", "#221a3d", "#f2f6fb")),
    "failure": (("#b3261e", "#fdecea", "#10202f"), ("#ff8a80", "#3a1512", "#f2f6fb")),
}
_LINES: Final = {"flow": ("#33475b", "#c6d2e0"), "failure": ("#b3261e", "#ff8a80")}
_FRAME: Final = (("#6b7a90", "#44546a"), ("#8fa0b8", "#b9c7da"))


class DrawingError(RuntimeError):
    """Graphviz could not draw; the message is its own."""


def svg(graph: Graph, title: str, description: str) -> str:
    """Return the graph as an SVG document that stands for itself.

    Raises:
        DrawingError: Node is missing, or its packages are.
    """
    done = subprocess.run(
        ("node", str(_SCRIPT)),
        input=dot(graph),
        check=False,
        capture_output=True,
        text=True,
        cwd=PROJECT,
        env=tool_environment(),
    )
    if done.returncode != 0:
        message = f"Graphviz did not draw {title!r}; make setup installs it. It said: {done.stderr.strip()}"
        raise DrawingError(message)
    return _titled(done.stdout, title, description)


def dot(graph: Graph) -> str:
    """Return the graph in Graphviz's language."""
    return "\n".join(
        ("digraph {", *_defaults("LR" if graph.across else "TB"), *_frames(graph), *map(_edge, graph.edges), "}", "")
    )


def _defaults(direction: str) -> Iterator[str]:
    distance = 1.1 if direction == "LR" else 0.45
    yield f'graph [rankdir={direction}, bgcolor="transparent", ranksep={distance}, nodesep=0.25, pad=0.2];'
    yield f'node [shape=box, style="rounded,filled", fontname={_FONT}, fontsize=13, margin="0.4,0.08"];'
    yield f"edge [fontname={_FONT}, fontsize=11, arrowsize=0.8];"


def _frames(graph: Graph) -> Iterator[str]:
    for number, group in enumerate(graph.groups):
        yield f"subgraph cluster_{number} {{"
        yield f'label={json.dumps(group)}; class="frame"; style="dashed,rounded"; margin=16;'
        yield f"fontname={_FONT}; fontsize=13; labeljust=l;"
        yield from (_node(node) for node in graph.nodes if node.group == group)
        yield "}"
    yield from (_node(node) for node in graph.nodes if not node.group)


def _node(node: Node) -> str:
    label = json.dumps("\n".join(filter(None, (node.title, node.detail))), ensure_ascii=False)
    return f'{json.dumps(node.id)} [label={label}, class="{node.kind}"];'


def _edge(edge: Edge) -> str:
    # A failure's arrow does not decide where its ends stand: the way of the data does.
    loose = ', style="dashed", weight=0' if edge.kind == "failure" else ""
    ends = f"{json.dumps(edge.start)} -> {json.dumps(edge.end)}"
    return f'{ends} [label={json.dumps(edge.label)}, class="{edge.kind}"{loose}];'


def _titled(drawn: str, title: str, description: str) -> str:
    """Return Graphviz's SVG with a style sheet, and with names for those who do not see it."""
    document = drawn[drawn.index("<svg") :]
    # Each element's own title would pop up as a tool tip, and a reader of screens would read arrows by their ends.
    document = re.sub(r"<title>.*?</title>\n?", "", document)
    document = re.sub(
        r'<svg width="\d+pt" height="\d+pt"', '<svg role="img" aria-labelledby="title description"', document
    )
    head_ends = document.index(">") + 1
    head = (
        f'<title id="title">{html.escape(title)}</title>\n'
        f'<desc id="description">{html.escape(description)}</desc>\n<style>\n{_style()}</style>\n'
    )
    return f"{document[:head_ends]}\n{head}{document[head_ends:].lstrip()}"


def _style() -> str:
    light, dark = ("\n".join(_rules(mode)) for mode in range(2))
    return f"{light}\n@media (prefers-color-scheme: dark) {{\n{dark}\n}}\n"


def _rules(mode: int) -> Iterator[str]:
    for kind, paint in _PAINT.items():
        line, surface, text = paint[mode]
        yield f".node.{kind} path {{ stroke: {line}; fill: {surface}; }} .node.{kind} text {{ fill: {text}; }}"
    for kind, colours in _LINES.items():
        colour = colours[mode]
        yield f".edge.{kind} path {{ stroke: {colour}; }} .edge.{kind} polygon {{ stroke: {colour}; fill: {colour}; }}"
        yield f".edge.{kind} text {{ fill: {colour}; }}"
    if mode == 0:
        yield "text { font-family: system-ui, 'Segoe UI', Helvetica, Arial, sans-serif; }"
        yield ".node text:first-of-type { font-weight: 600; } .node text + text { font-size: 12px; }"
    line, text = _FRAME[mode]
    yield f".frame path {{ stroke: {line}; }} .frame text {{ fill: {text}; }}"
