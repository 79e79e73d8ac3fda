"""The page's charts: which facts are drawn, and how."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

import altair as alt

from modules.contract.runs import RunSummary
from ops.runs import seconds_of
from reports import palette
from reports.drawing import label, picture

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from markupsafe import Markup

    from reports.facts import DayFigures, GerenciaRatings, Hour, QuestionCount
    from reports.palette import Colour

_HEIGHT: Final = 170
_BAR_HEIGHT: Final = 26
_AXIS_HEIGHT: Final = 44
#: In CSS pixels; the bars need the rest.
_WIDEST_NAME: Final = 150
#: Every so many days or hours has its name on the axis.
_NAMED_DAYS: Final = 7
_NAMED_HOURS: Final = 3

SENDERS: Final = {"users": palette.FIRST, "chatbot": palette.SECOND, "others": palette.FOURTH}
RATINGS: Final = {"likes": palette.FIRST, "dislikes": palette.SECOND}
ASKED: Final = {"questions": palette.FIRST, "conversations": palette.SECOND, "users": palette.THIRD}
KINDS: Final = {
    "conversations": palette.FIRST,
    "feedback": palette.SECOND,
    "registers": palette.THIRD,
    "excluded": palette.FOURTH,
    "rejected": palette.FIFTH,
}

#: Thousands are 1k; nothing is 0 all the same.
_COUNT_AXIS: Final = alt.Axis(
    tickMinStep=1, tickCount=4, format="~s", labelExpr="datum.value === 0 ? '0' : datum.label"
)
#: In the order of the legend.
_STACKED: Final = alt.Order("place:Q")
_RUN_DAYS: Final = alt.X("day:O", sort=None, title=None, axis=alt.Axis(labelAngle=0, labelOverlap=True))

Row = dict[str, Any]


def messages_per_hour(hours: Sequence[Hour], identity: str) -> Markup:
    """Draw the day's messages by hour and sender, with a tick for what is usual."""
    names = _distinct(f"{hour.begins:%H}" for hour in hours)
    rows = _rows("hour", names, SENDERS, [(hour.user, hour.bot, hour.other) for hour in hours])
    usual = [{"hour": name, "count": hour.usual} for name, hour in zip(names, hours, strict=True)]
    x = alt.X("hour:O", sort=None, title=None, axis=alt.Axis(values=names[::_NAMED_HOURS], labelAngle=0))
    bars = _chart(rows).mark_bar().encode(x=x, y=_counts(), color=_colours(SENDERS), order=_STACKED)
    return picture(alt.layer(bars, _ticks(usual, x, 11)).properties(height=_HEIGHT), identity)


def activity_per_day(days: Sequence[DayFigures], identity: str) -> Markup:
    """Draw questions, conversations and users by day."""
    counts = [(figures.questions, figures.conversations, figures.users) for figures in days]
    rows = _rows("day", map(_day_of, days), ASKED, counts)
    scale = alt.Scale(domain=list(ASKED), range=[[1, 0], [6, 3], [2, 2]])
    channels = {"color": _colours(ASKED, symbol="stroke"), "strokeDash": alt.StrokeDash("series:N", scale=scale)}
    chart = _chart(rows).mark_line(strokeWidth=2).encode(x=_days(days), y=_counts(), **channels)
    return picture(chart.properties(height=_HEIGHT), identity)


def questions_per_conversation(counts: Sequence[QuestionCount], identity: str) -> Markup:
    """Draw the day's conversations by their number of questions, with a tick for the share in the whole window."""
    today, window = (sum(getattr(each, name) for each in counts) for name in ("conversations", "in_window"))
    rows = [{"asked": asked_name(each), "share": each.conversations / max(today, 1)} for each in counts]
    usual = [{"asked": asked_name(each), "share": each.in_window / max(window, 1)} for each in counts]
    x = alt.X("asked:O", sort=None, title="questions in a conversation", axis=alt.Axis(labelAngle=0))
    y = alt.Y("share:Q", title=None, axis=alt.Axis(format="%", tickCount=4))
    bars = _chart(rows).mark_bar(color=palette.FIRST.light).encode(x=x, y=y)
    return picture(alt.layer(bars, _ticks(usual, x, 24, "share")).properties(height=_HEIGHT), identity)


def feedback_per_day(days: Sequence[DayFigures], identity: str) -> Markup:
    """Draw likes above the line, dislikes below it."""
    rows = _rows("day", map(_day_of, days), RATINGS, [(figures.likes, -figures.dislikes) for figures in days])
    axis = alt.Axis(tickMinStep=1, tickCount=5, format="d", labelExpr="format(abs(datum.value), ',d')")
    y = alt.Y("count:Q", title=None, axis=axis)
    bars = _chart(rows).mark_bar().encode(x=_days(days), y=y, color=_colours(RATINGS))
    return picture(bars.properties(height=_HEIGHT), identity)


def feedback_by_gerencia(ratings: Sequence[GerenciaRatings], identity: str) -> Markup:
    """Draw likes and dislikes of each gerencia, in the order given."""
    names = _distinct(label(each.gerencia) for each in ratings)
    rows = _rows("name", names, RATINGS, [(each.likes, each.dislikes) for each in ratings])
    return _lying(rows, names, identity, color=_colours(RATINGS), order=_STACKED)


def items_by_kind(runs: Sequence[RunSummary], identity: str) -> Markup:
    """Draw where the scanned items of each run went."""
    rows = _rows("day", map(_day_of, runs), KINDS, [items_of(run).values() for run in runs])
    bars = _chart(rows).mark_bar().encode(x=_RUN_DAYS, y=_counts(), color=_colours(KINDS, columns=3), order=_STACKED)
    return picture(bars.properties(height=_HEIGHT + 20), identity)


def rejects_by_reason(reasons: Mapping[str, int], identity: str) -> Markup:
    """Draw how many items were rejected for each reason, in the order given."""
    names = _distinct(map(label, reasons))
    rows = [{"name": name, "count": count} for name, count in zip(names, reasons.values(), strict=True)]
    return _lying(rows, names, identity, color=alt.value(palette.FIFTH.light))


def run_seconds(runs: Sequence[RunSummary], identity: str) -> Markup:
    """Draw how long each run of ETL-1 took."""
    rows = [{"day": _day_of(run), "count": seconds_of(run)} for run in runs]
    y = alt.Y("count:Q", title="seconds", axis=alt.Axis(tickCount=4))
    bars = _chart(rows).mark_bar(color=palette.FIRST.light).encode(x=_RUN_DAYS, y=y)
    return picture(bars.properties(height=_HEIGHT), identity)


def items_of(run: RunSummary) -> dict[str, int]:
    """Return where a run's items went, by kind."""
    items = run.items
    counts = (
        items.placed["conversations"],
        items.placed["feedback"],
        items.placed["registers"],
        items.excluded_total,
        items.rejected_total,
    )
    return dict(zip(KINDS, counts, strict=True))


def asked_name(count: QuestionCount) -> str:
    """Return a number of questions as it stands on the axis."""
    return f"{count.questions}+" if count.or_more else str(count.questions)


def _rows(axis: str, names: Iterable[str], series: Iterable[str], counts: Iterable[Iterable[float]]) -> list[Row]:
    """Return a row for each name and series; ``counts`` has those of one name together."""
    return [
        {axis: name, "series": each, "place": place, "count": count}
        for name, of_name in zip(names, counts, strict=True)
        for place, (each, count) in enumerate(zip(series, of_name, strict=True))
    ]


def _chart(rows: list[Row]) -> alt.Chart:
    return alt.Chart(alt.InlineData(values=rows))


def _counts() -> alt.Y:
    return alt.Y("count:Q", title=None, axis=_COUNT_AXIS)


def _colours(series: Mapping[str, Colour], *, symbol: str = "square", columns: int = 0) -> alt.Color:
    scale = alt.Scale(domain=list(series), range=[colour.light for colour in series.values()])
    return alt.Color("series:N", title=None, scale=scale, legend=alt.Legend(symbolType=symbol, columns=columns))


def _ticks(rows: list[Row], x: alt.X, size: int, value: str = "count") -> alt.Chart:
    ticks: alt.Chart = _chart(rows).mark_tick(color=palette.INK.light, thickness=2, size=size)
    return ticks.encode(x=x, y=f"{value}:Q")


def _lying(rows: list[Row], names: list[str], identity: str, **channels: Any) -> Markup:
    axis = alt.Axis(labelLimit=_WIDEST_NAME, domain=False, grid=False)
    y = alt.Y("name:N", sort=names, title=None, axis=axis)
    x = alt.X("count:Q", title=None, axis=_COUNT_AXIS)
    bars = _chart(rows).mark_bar().encode(x=x, y=y, **channels)
    return picture(bars.properties(height=_BAR_HEIGHT * len(names) + _AXIS_HEIGHT), identity)


def _days(days: Sequence[DayFigures]) -> alt.X:
    # Counted back from the report's own day, so that this one has its name.
    names = [_day_of(figures) for figures in reversed(days)][::_NAMED_DAYS]
    return alt.X("day:O", sort=None, title=None, axis=alt.Axis(values=names, labelAngle=0))


def _day_of(what: DayFigures | RunSummary) -> str:
    day = what.dt if isinstance(what, RunSummary) else what.day
    return f"{day.day} {day:%b}"


def _distinct(names: Iterable[str]) -> list[str]:
    """Return the names, those that come again with a number: a chart takes equal names for one."""
    found: list[str] = []
    times: Counter[str] = Counter()
    for name in names:
        times[name] += 1
        found.append(f"{name} ({times[name]})" if times[name] > 1 else name)
    return found
