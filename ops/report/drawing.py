"""Vega-Altair's charts as SVG that takes its colours from the page, and is one picture to assistive technology.

The SVG is static: no script, no font, no request. What a chart says is also in its caption and in a table below it.
"""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Iterable
from typing import Any, Final
from xml.etree import ElementTree as ET

import altair as alt
import vl_convert
from markupsafe import Markup

from ops.report import palette
from ops.wording import Language

WIDTH: Final = 336
"""In CSS pixels: what is left of a phone's 360. On wider screens a chart grows with its card."""
_SPARK: Final = (96, 28)
_FONT: Final = "system-ui, sans-serif"
_TEXT: Final = {"labelColor": palette.MUTED.light, "titleColor": palette.MUTED.light, "labelFontSize": 11}
_CONFIG: Final[dict[str, Any]] = {
    "background": "transparent",
    "font": _FONT,
    # Assistive technology is told of the chart as a whole, not of each of its marks.
    "aria": False,
    "view": {"stroke": None},
    # A seam between what is stacked, so that it is told apart without its colours.
    "bar": {"stroke": palette.CARD.light, "strokeWidth": 0.7},
    "axis": {
        **_TEXT,
        "titleFontSize": 11,
        "titleFontWeight": "normal",
        "gridColor": palette.RULE.light,
        "domainColor": palette.RULE.light,
        "ticks": False,
        "labelPadding": 5,
    },
    "legend": {
        **_TEXT,
        "title": None,
        "orient": "top",
        "symbolType": "square",
        "symbolSize": 90,
        "padding": 0,
        "rowPadding": 6,
    },
}
#: Attributes that say something to a script, or nothing.
_SUPERFLUOUS: Final = ("class", "pointer-events", "role", "aria-hidden", "aria-roledescription", "aria-label")
#: Of a mark's label, in characters.
_LABEL_LINE: Final = 22
_LABEL_LINES: Final = 4


def picture(chart: alt.TopLevelMixin, identity: str, words: Language) -> Markup:
    """Return a chart as inline SVG, described by the element whose id is ``identity``-caption."""
    svg = _svg(
        {**chart.to_dict(), "width": WIDTH, "config": _CONFIG, "autosize": {"type": "fit", "contains": "padding"}},
        format_locale=words.drawn_numbers,
    )
    svg.attrib.update({"role": "img", "aria-labelledby": f"{identity}-caption"})
    return _markup(svg)


def spark(values: Iterable[float | None]) -> Markup:
    """Return a small line through ``values``, the last of them marked; None is a gap. It repeats what text tells.

    A page has many: what Vega-Altair would write for each, and check by its schema, is written here.
    """
    rows = [{"at": place, "value": value} for place, value in enumerate(values)]
    width, height = _SPARK
    spec = {
        "$schema": alt.SCHEMA_URL,
        "data": {"values": rows},
        "encoding": {
            "x": {"field": "at", "type": "quantitative", "axis": None, "scale": {"nice": False}},
            "y": {"field": "value", "type": "quantitative", "axis": None, "scale": {"zero": False}},
        },
        "layer": [
            {"mark": {"type": "line", "color": palette.FIRST.light, "strokeWidth": 1.5}},
            {
                "transform": [{"filter": f"datum.at == {len(rows) - 1}"}],
                "mark": {"type": "circle", "color": palette.FIRST.light, "size": 28, "opacity": 1},
            },
        ],
        "width": width,
        "height": height,
        # Room for the mark at the end.
        "config": {**_CONFIG, "padding": 4},
    }
    svg = _svg(spec)
    svg.attrib.update({"aria-hidden": "true", "class": "spark"})
    return _markup(svg)


def label(text: str, unnamed: str) -> str:
    """Return data's own words fit to stand beside a mark: in short lines, without what cannot be seen.

    Only what is longer than any name is cut, and marked so.
    """
    visible = "".join(
        " " if char.isspace() else char
        for char in text
        if not unicodedata.category(char).startswith("C") or char.isspace()
    )
    words = " ".join(visible.split()) or unnamed
    lines = textwrap.wrap(words, _LABEL_LINE)
    if len(lines) > _LABEL_LINES:
        lines[_LABEL_LINES - 1 :] = [f"{lines[_LABEL_LINES - 1][: _LABEL_LINE - 1]}…"]
    return "\n".join(lines)


def _svg(spec: dict[str, Any], **locale: Any) -> ET.Element:
    root = ET.fromstring(vl_convert.vegalite_to_svg(spec, **locale))  # noqa: S314 made here, from data that Vega escapes
    for element in root.iter():
        # Inline SVG needs no namespace in HTML.
        element.tag = element.tag.rpartition("}")[2]
        for name in _SUPERFLUOUS:
            element.attrib.pop(name, None)
        for name in ("fill", "stroke"):
            colour = element.get(name)
            if colour is not None:
                element.set(name, palette.VARIABLE_OF.get(colour, colour))
    for name in ("version", "width", "height"):
        root.attrib.pop(name, None)
    root.set("focusable", "false")
    return root


def _markup(svg: ET.Element) -> Markup:
    return Markup(ET.tostring(svg, encoding="unicode"))  # noqa: S704 an element tree's own text is escaped
