"""The charts of what people did with the chatbot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import altair as alt

from ops.report import marks, palette
from ops.report.drawing import label, picture

if TYPE_CHECKING:
    from markupsafe import Markup

    from ops.report.catia_facts import DayFigures, GerenciaRatings, Hour, QuestionCount

#: Every so many days or hours has its name on the axis.
_NAMED_DAYS: Final = 7
_NAMED_HOURS: Final = 3

SENDERS: Final = {"users": palette.FIRST, "chatbot": palette.SECOND, "others": palette.FOURTH}
RATINGS: Final = {"likes": palette.FIRST, "dislikes": palette.SECOND}
ASKED: Final = {"questions": palette.FIRST, "conversations": palette.SECOND, "users": palette.THIRD}


def messages_per_hour(hours: Sequence[Hour], identity: str) -> Markup:
    """Draw the day's messages by hour and sender, with a tick for what is usual."""
    names = marks.distinct(f"{hour.begins:%H}" for hour in hours)
    rows = marks.series("hour", names, SENDERS, [(hour.user, hour.bot, hour.other) for hour in hours])
    usual = [{"hour": name, "count": hour.usual} for name, hour in zip(names, hours, strict=True)]
    x = alt.X("hour:O", sort=None, title=None, axis=alt.Axis(values=names[::_NAMED_HOURS], labelAngle=0))
    bars = marks.chart(rows).mark_bar().encode(x=x, y=marks.counts(), color=marks.colours(SENDERS), order=marks.STACKED)
    return picture(alt.layer(bars, marks.ticks(usual, x, 11)).properties(height=marks.HEIGHT), identity)


def activity_per_day(days: Sequence[DayFigures], identity: str) -> Markup:
    """Draw questions, conversations and users by day."""
    counts = [(figures.questions, figures.conversations, figures.users) for figures in days]
    rows = marks.series("day", (marks.day_name(figures.day) for figures in days), ASKED, counts)
    scale = alt.Scale(domain=list(ASKED), range=[[1, 0], [6, 3], [2, 2]])
    channels = {"color": marks.colours(ASKED, symbol="stroke"), "strokeDash": alt.StrokeDash("series:N", scale=scale)}
    chart = marks.chart(rows).mark_line(strokeWidth=2).encode(x=_days(days), y=marks.counts(), **channels)
    return picture(chart.properties(height=marks.HEIGHT), identity)


def questions_per_conversation(counts: Sequence[QuestionCount], identity: str) -> Markup:
    """Draw the day's conversations by their number of questions, with a tick for the share in the whole window."""
    today, window = (sum(getattr(each, name) for each in counts) for name in ("conversations", "in_window"))
    rows = [{"asked": asked_name(each), "share": each.conversations / max(today, 1)} for each in counts]
    usual = [{"asked": asked_name(each), "share": each.in_window / max(window, 1)} for each in counts]
    x = alt.X("asked:O", sort=None, title="questions in a conversation", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=4))
    bars = marks.chart(rows).mark_bar(color=palette.FIRST.light).encode(x=x, y=y)
    return picture(alt.layer(bars, marks.ticks(usual, x, 24, "share")).properties(height=marks.HEIGHT), identity)


def feedback_per_day(days: Sequence[DayFigures], identity: str) -> Markup:
    """Draw likes above the line, dislikes below it."""
    rows = marks.series(
        "day",
        (marks.day_name(figures.day) for figures in days),
        RATINGS,
        [(figures.likes, -figures.dislikes) for figures in days],
    )
    axis = alt.Axis(tickMinStep=1, tickCount=5, format="d", labelExpr="format(abs(datum.value), ',d')")
    y = alt.Y("count:Q", title=None, axis=axis)
    bars = marks.chart(rows).mark_bar().encode(x=_days(days), y=y, color=marks.colours(RATINGS))
    return picture(bars.properties(height=marks.HEIGHT), identity)


def feedback_by_gerencia(ratings: Sequence[GerenciaRatings], identity: str) -> Markup:
    """Draw likes and dislikes of each gerencia, in the order given."""
    names = marks.distinct(label(each.gerencia) for each in ratings)
    rows = marks.series("name", names, RATINGS, [(each.likes, each.dislikes) for each in ratings])
    return marks.lying(rows, names, identity, color=marks.colours(RATINGS), order=marks.STACKED)


def asked_name(count: QuestionCount) -> str:
    """Return a number of questions as it stands on the axis."""
    return f"{count.questions}+" if count.or_more else str(count.questions)


def _days(days: Sequence[DayFigures]) -> alt.X:
    # Counted back from the report's own day, so that this one has its name.
    names = [marks.day_name(figures.day) for figures in reversed(days)][::_NAMED_DAYS]
    return alt.X("day:O", sort=None, title=None, axis=alt.Axis(values=names, labelAngle=0))
