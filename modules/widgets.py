"""Widgets of a CloudWatch dashboard as values, and their JSON.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from modules.metrics import Metric

#: A dashboard is 24 units wide.
_COLUMNS = 2
_WIDTH = 24 // _COLUMNS
_HEIGHT = 6
_HOUR = 3600


@dataclass(frozen=True, kw_only=True)
class Line:
    """A metric in a graph. ``right`` is whether it has the right-hand axis; a hidden one is only computed with."""

    metric: Metric
    label: str
    right: bool = False
    hidden: bool = False

    def document(self, number: int) -> list[Any]:
        """Return the line as CloudWatch has it; expressions call it ``m`` and its number."""
        dimensions = [text for pair in self.metric.dimensions.items() for text in pair]
        options: dict[str, Any] = {"id": f"m{number}", "stat": self.metric.statistic, "label": self.label}
        if self.right:
            options["yAxis"] = "right"
        if self.hidden:
            options["visible"] = False
        return [self.metric.namespace, self.metric.name, *dimensions, options]


@dataclass(frozen=True, kw_only=True)
class Computed:
    """A line that is computed from a graph's metrics, which are m1, m2 and so on."""

    expression: str
    label: str


@dataclass(frozen=True, kw_only=True)
class Limit:
    """A horizontal line: where an alarm rings, or something is stopped."""

    value: float
    label: str


@dataclass(frozen=True, kw_only=True)
class Graph:
    """A widget with lines over time, a point for each ``period`` in seconds."""

    title: str
    lines: Sequence[Line]
    computed: Sequence[Computed] = ()
    limits: Sequence[Limit] = ()
    period: int = _HOUR

    def properties(self, region: str) -> dict[str, Any]:
        """Return what CloudWatch calls the widget's properties."""
        lines = [line.document(number) for number, line in enumerate(self.lines, start=1)]
        expressions = [
            [{"expression": each.expression, "label": each.label, "id": f"e{number}"}]
            for number, each in enumerate(self.computed, start=1)
        ]
        written: dict[str, Any] = {
            "title": self.title,
            "view": "timeSeries",
            "region": region,
            "period": self.period,
            "metrics": [*lines, *expressions],
            "yAxis": {"left": {"min": 0}, "right": {"min": 0}},
        }
        if self.limits:
            limits = [{"value": limit.value, "label": limit.label} for limit in self.limits]
            written["annotations"] = {"horizontal": limits}
        return written


def dashboard_body(graphs: Sequence[Graph], region: str) -> str:
    """Return the JSON of a dashboard with these graphs, in rows of two."""
    widgets = [
        {
            "type": "metric",
            "x": index % _COLUMNS * _WIDTH,
            "y": index // _COLUMNS * _HEIGHT,
            "width": _WIDTH,
            "height": _HEIGHT,
            "properties": graph.properties(region),
        }
        for index, graph in enumerate(graphs)
    ]
    return json.dumps({"widgets": widgets})
