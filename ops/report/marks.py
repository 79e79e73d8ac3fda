"""What charts are made of: rows, axes, colours and bars that all of them share."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import altair as alt
from markupsafe import Markup

from ops.report import palette
from ops.report.drawing import picture
from ops.report.palette import Colour
from ops.wording import Language

#: In CSS pixels.
HEIGHT: Final = 170
_BAR_HEIGHT: Final = 26
_LINE_HEIGHT: Final = 13
_AXIS_HEIGHT: Final = 44
#: The bars need the rest.
_WIDEST_NAME: Final = 150

#: Thousands are 1k; nothing is 0 all the same.
_COUNT_AXIS: Final = alt.Axis(
    tickMinStep=1, tickCount=4, format="~s", labelExpr="datum.value === 0 ? '0' : datum.label"
)
#: In the order of the legend.
STACKED: Final = alt.Order("place:Q")

Row = dict[str, Any]


def series(
    axis: str, places: Iterable[str], names: Iterable[str], counts: Iterable[Iterable[float | None]]
) -> list[Row]:
    """Return a row for each place on the axis and name of a series; ``counts`` has those of one place together."""
    by_place = zip(places, counts, strict=True)
    return [
        {axis: at, "series": name, "place": number, "count": count}
        for at, of_place in by_place
        for number, (name, count) in enumerate(zip(names, of_place, strict=True))
    ]


def chart(rows: list[Row]) -> alt.Chart:
    """Return an empty chart of rows."""
    return alt.Chart(alt.InlineData(values=rows))


def counts() -> alt.Y:
    """Return an axis of counts."""
    return alt.Y("count:Q", title=None, axis=_COUNT_AXIS)


def shares(field: str, *, whole: bool = False) -> alt.Y:
    """Return an axis of shares; with ``whole``, from nothing to all."""
    scale = alt.Scale(domain=[0, 1]) if whole else alt.Scale()
    return alt.Y(f"{field}:Q", title=None, scale=scale, axis=alt.Axis(format="%", tickCount=4))


def named_axis(field: str, names: Sequence[str], every: int) -> alt.X:
    """Return an axis of days or weeks, each ``every``-th named: counted back, so that the newest has its name.

    It has its order itself: layers of which one lacks a name would put that name last.
    """
    axis = alt.Axis(values=[*names[::-1]][::every], labelAngle=0)
    return alt.X(f"{field}:O", scale=alt.Scale(domain=[*names]), title=None, axis=axis)


def colours(series: Mapping[str, Colour], *, symbol: str = "square", columns: int = 0) -> alt.Color:
    """Return the colours of series by their names, with a legend."""
    scale = alt.Scale(domain=list(series), range=[colour.light for colour in series.values()])
    return alt.Color("series:N", title=None, scale=scale, legend=alt.Legend(symbolType=symbol, columns=columns))


def ticks(rows: list[Row], x: alt.X, size: int, value: str = "count") -> alt.Chart:
    """Return a tick for each row: what is usual."""
    ticks: alt.Chart = chart(rows).mark_tick(color=palette.INK.light, thickness=2, size=size)
    return ticks.encode(x=x, y=f"{value}:Q")


def lying(rows: list[Row], names: list[str], identity: str, words: Language, **channels: Any) -> Markup:
    """Draw bars that lie, one for each name, in the order of the names; a name may have several lines."""
    axis = alt.Axis(labelLimit=_WIDEST_NAME, domain=False, grid=False, labelExpr="split(datum.label, '\\n')")
    y = alt.Y("name:N", sort=names, title=None, axis=axis)
    x = alt.X("count:Q", title=None, axis=_COUNT_AXIS)
    bars = chart(rows).mark_bar().encode(x=x, y=y, **channels)
    lines = max(name.count("\n") for name in names)
    height = (_BAR_HEIGHT + lines * _LINE_HEIGHT) * len(names) + _AXIS_HEIGHT
    return picture(bars.properties(height=height), identity, words)


def distinct(names: Iterable[str]) -> list[str]:
    """Return the names, those that come again with a number: a chart takes equal names for one."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for name in names:
        times[name] += 1
        found.append(f"{name} ({times[name]})" if times[name] > 1 else name)
    return found
