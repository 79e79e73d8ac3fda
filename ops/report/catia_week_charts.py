"""The charts of how it went week by week. A week that is not whole is pale: it is compared with no other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import altair as alt
from markupsafe import Markup

from ops.report import marks, palette
from ops.report.catia_facts import WeekFigures
from ops.report.drawing import picture
from ops.report.palette import Colour
from ops.wording import Language

#: Every so many weeks has its name on the axis.
_NAMED_WEEKS: Final = 3
_PALE: Final = 0.4


def users(weeks: Sequence[WeekFigures], identity: str, words: Language) -> Markup:
    """Draw how many users came for the first time, and how many came again."""
    colours = {words.say("weeks.returning"): palette.FIRST, words.say("weeks.new"): palette.SECOND}
    rows = _rows(weeks, words, colours, [(each.returning_users, each.new_users) for each in weeks])
    bars = _bars(weeks, words, rows, palette.FIRST, marks.counts())
    return picture(bars.encode(color=marks.colours(colours), order=marks.STACKED), identity, words)


def talks(weeks: Sequence[WeekFigures], identity: str, words: Language) -> Markup:
    """Draw conversations and questions as lines through the whole weeks."""
    colours = {words.say("catia.questions"): palette.FIRST, words.say("catia.conversations"): palette.SECOND}
    rows = _rows(weeks, words, colours, [(each.questions, each.conversations) for each in weeks])
    channels = {"x": _weeks(weeks, words), "y": marks.counts(), "color": marks.colours(colours, symbol="circle")}
    points = marks.chart(rows).mark_point(filled=True, size=40).encode(**channels, opacity=_paleness())
    line = marks.chart([row for row in rows if row["whole"]]).mark_line(strokeWidth=2).encode(**channels)
    return picture(alt.layer(line, points).properties(height=marks.HEIGHT), identity, words)


def messages(weeks: Sequence[WeekFigures], identity: str, words: Language) -> Markup:
    """Draw how many messages were sent."""
    rows = _rows(weeks, words, {"": palette.FIRST}, [(each.messages,) for each in weeks])
    return picture(_bars(weeks, words, rows, palette.FIRST, marks.counts()), identity, words)


def disliked(weeks: Sequence[WeekFigures], identity: str, words: Language) -> Markup:
    """Draw the share of dislikes; a week in which nothing was rated has no bar."""
    rows = _rows(weeks, words, {"": palette.SECOND}, [(each.disliked_share,) for each in weeks])
    return picture(_bars(weeks, words, rows, palette.SECOND, marks.shares("count", whole=True)), identity, words)


def _rows(
    weeks: Sequence[WeekFigures], words: Language, series: dict[str, Colour], counts: Sequence[Sequence[float | None]]
) -> list[dict[str, Any]]:
    whole = {words.day(each.week.first): each.week.whole for each in weeks}
    return [{**row, "whole": whole[row["week"]]} for row in marks.series("week", whole, series, counts)]


def _bars(
    weeks: Sequence[WeekFigures], words: Language, rows: list[dict[str, Any]], colour: Colour, y: alt.Y
) -> alt.Chart:
    bars: alt.Chart = marks.chart(rows).mark_bar(color=colour.light).properties(height=marks.HEIGHT)
    return bars.encode(x=_weeks(weeks, words), y=y, opacity=_paleness())


def _paleness() -> alt.Opacity:
    return alt.Opacity("whole:N", scale=alt.Scale(domain=[True, False], range=[1, _PALE]), legend=None)


def _weeks(weeks: Sequence[WeekFigures], words: Language) -> alt.X:
    return marks.named_axis("week", [words.day(each.week.first) for each in weeks], _NAMED_WEEKS)
