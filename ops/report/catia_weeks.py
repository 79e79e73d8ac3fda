"""Twelve weeks, week by week: what is drawn, said and compared. A week that is not whole is compared with no other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from statistics import median
from typing import Final

from markupsafe import Markup

from ops.report import catia_week_charts as charts
from ops.report.catia_facts import Activity, WeekFigures
from ops.report.elements import Figure, Table
from ops.report.headlines import trend
from ops.report.own import Card
from ops.report.window import TREND_WEEKS
from ops.wording import NOTHING, Language

#: What is counted of a week, by the name of its text.
_COUNTED: Final[dict[str, Callable[[WeekFigures], int]]] = {
    "catia.users": lambda week: week.users,
    "weeks.new": lambda week: week.new_users,
    "weeks.returning": lambda week: week.returning_users,
    "catia.conversations": lambda week: week.conversations,
    "catia.questions": lambda week: week.questions,
    "catia.messages": lambda week: week.messages,
    "catia.likes": lambda week: week.likes,
    "catia.dislikes": lambda week: week.dislikes,
}
_SHARE: Final = "weeks.disliked_share"


def of_weeks(activity: Activity, words: Language) -> tuple[Figure, ...]:
    """Return the figures of the weeks; none while the tables hold nothing."""
    if not activity.weeks:
        return ()
    return (
        _figure(activity, words, "users", charts.users, ("catia.users", "weeks.new", "weeks.returning")),
        _figure(activity, words, "talks", charts.talks, ("catia.conversations", "catia.questions")),
        _figure(activity, words, "messages", charts.messages, ("catia.messages",)),
        _figure(activity, words, "disliked", charts.disliked, ("catia.likes", "catia.dislikes", _SHARE)),
    )


def compared(activity: Activity, words: Language) -> Card:
    """Return the last whole week beside the one before, what is usual, and the running week so far."""
    weeks = activity.whole_weeks
    running = [each for each in activity.weeks[-1:] if not each.week.whole]
    rows = [
        (
            words.say(text),
            *_compared([of(each) for each in weeks], words.number, words.change),
            *(words.number(of(each)) for each in running),
        )
        for text, of in _COUNTED.items()
    ]
    shares = [each.disliked_share for each in weeks]
    told = _compared(shares, words.percent, words.points)
    rows.append((words.say(_SHARE), *told, *(words.percent(each.disliked_share) for each in running)))
    names = ("figure", "last", "before", "change", "usual", *(("so_far",) if running else ()))
    note = words.say("weeks.compared_note", weeks=TREND_WEEKS - 1)
    table = Table([words.say(f"weeks.{name}") for name in names], rows)
    return Card("compared", words.say("weeks.compared"), table, note if weeks else words.say("weeks.no_whole"))


def _compared(
    values: Sequence[float | None],
    written: Callable[[float], str],
    change: Callable[[float, float | None], str],
) -> tuple[str, str, str, str]:
    """Return the last value, the one before, by how much they differ, and what is usual."""
    last, before = (values[-number] if len(values) >= number else None for number in (1, 2))
    known = [value for value in values[:-1] if value is not None]
    told = [NOTHING if value is None else written(value) for value in (last, before)]
    usual = written(median(known)) if known else NOTHING
    return told[0], told[1], NOTHING if last is None else change(last, before), usual


def _figure(
    activity: Activity,
    words: Language,
    name: str,
    draw: Callable[[Sequence[WeekFigures], str, Language], Markup],
    columns: Sequence[str],
) -> Figure:
    identity = f"weeks-{name}"
    rows = [
        [_span(each, activity, words), *(_cell(column, each, words) for column in columns)]
        for each in reversed(activity.weeks)
    ]
    return Figure(
        identity,
        words.say(f"weeks.{name}"),
        _says(activity.whole_weeks, name, columns[0], words) + _not_whole(activity, words),
        draw(activity.weeks, identity, words),
        Table([words.say("weeks.week"), *map(words.say, columns)], rows),
    )


def _cell(column: str, week: WeekFigures, words: Language) -> str:
    return words.percent(week.disliked_share) if column == _SHARE else words.number(_COUNTED[column](week))


def _says(weeks: Sequence[WeekFigures], name: str, main: str, words: Language) -> str:
    """Say how the last whole week was, and how its ``main`` count compares."""
    if not weeks:
        return words.say("weeks.no_whole")
    week = words.day(weeks[-1].week.first)
    if name == "disliked":
        return _disliked(weeks, week, words)
    values = [_COUNTED[main](each) for each in weeks]
    told = trend(values[-1], values[:-1], words.number, words)
    counts = {text.partition(".")[2]: words.number(of(weeks[-1])) for text, of in _COUNTED.items()}
    return words.say(f"weeks.{name}_says", **counts, week=week, trend=told)


def _disliked(weeks: Sequence[WeekFigures], week: str, words: Language) -> str:
    *before, share = (each.disliked_share for each in weeks)
    if share is None:
        return words.say("weeks.disliked_none", week=week)
    known = [value for value in before if value is not None]
    usual = words.say("weeks.disliked_usual", usual=words.percent(median(known))) if known else ""
    rated = words.number(weeks[-1].rated)
    return words.say("weeks.disliked_says", share=words.percent(share), rated=rated, week=week, usual=usual)


def _span(figures: WeekFigures, activity: Activity, words: Language) -> str:
    week = figures.week
    begins = activity.first_day
    name = "span" if week.whole else "span_begun" if begins and week.first < begins else "span_running"
    return words.say(f"weeks.{name}", first=words.day(week.first), last=words.day(week.last))


def _not_whole(activity: Activity, words: Language) -> str:
    """Say which weeks are pale."""
    first, last = activity.weeks[0].week, activity.weeks[-1].week
    begins = activity.first_day
    begun = words.say("weeks.begun", day=words.day(begins)) if begins and begins > first.first else ""
    is_running = not last.whole and (last != first or not begun)
    return begun + (words.say("weeks.running") if is_running else "")
