"""The charts of what people did with the chatbot."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import altair as alt
from markupsafe import Markup

from ops.report import marks, palette
from ops.report.catia_facts import DayFigures, GerenciaRatings, Hour, QuestionCount
from ops.report.drawing import label, picture
from ops.report.palette import Colour
from ops.wording import Language

#: Every so many days or hours has its name on the axis.
_NAMED_DAYS: Final = 7
_NAMED_HOURS: Final = 3

#: What is drawn in which colour; the names are those of the texts.
_SENDERS: Final = {
    "messages.from_users": palette.FIRST,
    "messages.from_bot": palette.SECOND,
    "messages.from_others": palette.FOURTH,
}
_RATINGS: Final = {"catia.likes": palette.FIRST, "catia.dislikes": palette.SECOND}
_ASKED: Final = {
    "catia.questions": palette.FIRST,
    "catia.conversations": palette.SECOND,
    "catia.users": palette.THIRD,
}
SENDERS, RATINGS, ASKED = tuple(_SENDERS), tuple(_RATINGS), tuple(_ASKED)


def messages_per_hour(hours: Sequence[Hour], identity: str, words: Language, usual: Sequence[Hour]) -> Markup:
    """Draw the day's messages by hour and sender, with a tick for what is usual in those of ``usual``."""
    names = marks.distinct(f"{hour.begins:%H}" for hour in hours)
    senders = _named(_SENDERS, words)
    rows = marks.series("hour", names, senders, [(hour.user, hour.bot, hour.other) for hour in hours])
    compared = [{"hour": name, "count": hour.usual} for name, hour in zip(names, hours, strict=True) if hour in usual]
    x = alt.X("hour:O", sort=None, title=None, axis=alt.Axis(values=names[::_NAMED_HOURS], labelAngle=0))
    bars = marks.chart(rows).mark_bar().encode(x=x, y=marks.counts(), color=marks.colours(senders), order=marks.STACKED)
    layers = alt.layer(bars, marks.ticks(compared, x, 11)).properties(height=marks.HEIGHT)
    return picture(layers, identity, words)


def activity_per_day(days: Sequence[DayFigures], identity: str, words: Language) -> Markup:
    """Draw questions, conversations and users by day."""
    counts = [(figures.questions, figures.conversations, figures.users) for figures in days]
    asked = _named(_ASKED, words)
    rows = marks.series("day", (words.day(figures.day) for figures in days), asked, counts)
    scale = alt.Scale(domain=list(asked), range=[[1, 0], [6, 3], [2, 2]])
    channels = {"color": marks.colours(asked, symbol="stroke"), "strokeDash": alt.StrokeDash("series:N", scale=scale)}
    chart = marks.chart(rows).mark_line(strokeWidth=2).encode(x=_days(days, words), y=marks.counts(), **channels)
    return picture(chart.properties(height=marks.HEIGHT), identity, words)


def questions_per_conversation(
    counts: Sequence[QuestionCount], identity: str, words: Language, *, compared: bool
) -> Markup:
    """Draw the day's conversations by their number of questions, with a tick for the share in the whole window."""
    today, window = (sum(getattr(each, name) for each in counts) for name in ("conversations", "in_window"))
    rows = [{"asked": asked_name(each), "share": each.conversations / max(today, 1)} for each in counts]
    usual = [{"asked": asked_name(each), "share": each.in_window / max(window, 1)} for each in counts if compared]
    x = alt.X("asked:O", sort=None, title=words.say("questions.axis"), axis=alt.Axis(labelAngle=0))
    bars = marks.chart(rows).mark_bar(color=palette.FIRST.light).encode(x=x, y=marks.shares("share"))
    layers = alt.layer(bars, marks.ticks(usual, x, 24, "share")).properties(height=marks.HEIGHT)
    return picture(layers, identity, words)


def feedback_per_day(days: Sequence[DayFigures], identity: str, words: Language) -> Markup:
    """Draw likes above the line, dislikes below it."""
    ratings = _named(_RATINGS, words)
    rows = marks.series(
        "day",
        (words.day(figures.day) for figures in days),
        ratings,
        [(figures.likes, -figures.dislikes) for figures in days],
    )
    axis = alt.Axis(tickMinStep=1, tickCount=5, format="d", labelExpr="format(abs(datum.value), ',d')")
    y = alt.Y("count:Q", title=None, axis=axis)
    bars = marks.chart(rows).mark_bar().encode(x=_days(days, words), y=y, color=marks.colours(ratings))
    return picture(bars.properties(height=marks.HEIGHT), identity, words)


def feedback_by_gerencia(ratings: Sequence[GerenciaRatings], identity: str, words: Language) -> Markup:
    """Draw likes and dislikes of each gerencia, in the order given."""
    unnamed, colours = words.say("gerencias.unnamed"), _named(_RATINGS, words)
    names = marks.distinct(label(gerencia_name(each, words), unnamed) for each in ratings)
    rows = marks.series("name", names, colours, [(each.likes, each.dislikes) for each in ratings])
    return marks.lying(rows, names, identity, words, color=marks.colours(colours), order=marks.STACKED)


def gerencia_name(ratings: GerenciaRatings, words: Language) -> str:
    """Return the name of a gerencia, or that there is none."""
    return words.say("gerencias.no_gerencia") if ratings.gerencia is None else ratings.gerencia


def asked_name(count: QuestionCount) -> str:
    """Return a number of questions as it stands on the axis."""
    return f"{count.questions}+" if count.or_more else str(count.questions)


def _named(colours: dict[str, Colour], words: Language) -> dict[str, Colour]:
    return {words.say(text): colour for text, colour in colours.items()}


def _days(days: Sequence[DayFigures], words: Language) -> alt.X:
    return marks.named_axis("day", [words.day(figures.day) for figures in days], _NAMED_DAYS)
