"""The figures of what people did with the chatbot, and of what they thought of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from ops.report import catia_charts
from ops.report.catia_facts import share_liked
from ops.report.elements import Figure, Quoted, Table
from ops.report.window import USUAL_DAYS, WINDOW_DAYS
from ops.report.wording import day, number, percent

if TYPE_CHECKING:
    from ops.report.catia_facts import Activity, DayFigures

#: So many are drawn; all are in the table.
_MOST_GERENCIAS: Final = 12
_NONE_GIVEN: Final = f"Nobody gave feedback in {WINDOW_DAYS} days."


def of_activity(activity: Activity) -> tuple[Figure, ...]:
    """Return the figures of what people asked."""
    return (_messages(activity), _per_day(activity), _questions(activity))


def of_feedback(activity: Activity) -> tuple[Figure, ...]:
    """Return the figures of what people thought of the answers."""
    return (_feedback_per_day(activity), _feedback_by_gerencia(activity))


def ratings(days: Sequence[DayFigures]) -> Table:
    """Return what was rated on the last day, in its week and in the whole window."""
    rows = []
    for name, some in (
        ("this day", days[-1:]),
        (f"{USUAL_DAYS} days before", days[-1 - USUAL_DAYS : -1]),
        (f"{len(days)} days", days),
    ):
        likes, dislikes = (sum(getattr(each, kind) for each in some) for kind in ("likes", "dislikes"))
        liked = percent(share_liked(likes, dislikes))
        rows.append((name, *map(number, (likes, dislikes)), liked))
    return Table(("period", "likes", "dislikes", "liked"), rows)


def _messages(activity: Activity) -> Figure:
    total = sum(hour.user + hour.bot + hour.other for hour in activity.hours)
    busiest = max(activity.hours, key=lambda hour: hour.user + hour.bot + hour.other)
    said = "No message of this day has a time of its own."
    if total:
        most = busiest.user + busiest.bot + busiest.other
        said = f"{number(total)} messages, most of them from {busiest.begins:%H:%M} on: {number(most)}."
    mark = f" The mark is the mean of that hour in the {USUAL_DAYS} days before."
    rows = [
        [f"{hour.begins:%H:%M}", number(hour.user), number(hour.bot), number(hour.other), number(round(hour.usual, 1))]
        for hour in activity.hours
    ]
    return Figure(
        "messages",
        "Messages by hour",
        said + mark + _untimed(activity),
        catia_charts.messages_per_hour(activity.hours, "messages"),
        Table(("hour", *catia_charts.SENDERS, "usual"), rows),
    )


def _untimed(activity: Activity) -> str:
    if not activity.untimed_messages:
        return ""
    untimed, share = number(activity.untimed_messages), activity.untimed_messages / activity.messages
    return f" {untimed} messages of the whole table ({percent(share)}) have no time, and are in no hour."


def _per_day(activity: Activity) -> Figure:
    busiest = max(activity.days, key=lambda figures: figures.questions)
    rows = [
        [day(each.day), *map(number, (each.questions, each.conversations, each.users, each.messages))]
        for each in reversed(activity.days)
    ]
    return Figure(
        "days",
        f"The last {WINDOW_DAYS} days",
        f"{number(sum(each.questions for each in activity.days))} questions; the most on {day(busiest.day)}, "
        f"{number(busiest.questions)}. Each counts for the day on which its conversation began.",
        catia_charts.activity_per_day(activity.days, "days"),
        Table(("day", *catia_charts.ASKED, "messages"), rows),
    )


def _questions(activity: Activity) -> Figure:
    counts = activity.questions
    today, window = sum(each.conversations for each in counts), sum(each.in_window for each in counts)
    rows = [
        [
            catia_charts.asked_name(each),
            number(each.conversations),
            number(each.in_window),
            percent(each.in_window / max(window, 1)),
        ]
        for each in counts
    ]
    return Figure(
        "questions",
        "Questions in a conversation",
        f"{number(today)} conversations of the day by how much was asked in them, as shares; "
        f"{number(counts[0].conversations)} without a question. The mark is the share in {WINDOW_DAYS} days.",
        catia_charts.questions_per_conversation(counts, "questions"),
        Table(("questions", "conversations of the day", f"of {WINDOW_DAYS} days", "share of those"), rows),
    )


def _feedback_per_day(activity: Activity) -> Figure:
    likes, dislikes = (sum(getattr(each, name) for each in activity.days) for name in ("likes", "dislikes"))
    rows = [
        [day(each.day), number(each.likes), number(each.dislikes), percent(each.liked_share)]
        for each in reversed(activity.days)
    ]
    return Figure(
        "feedback",
        "Feedback by day",
        f"{number(likes)} likes, above the line, and {number(dislikes)} dislikes, below it, in {WINDOW_DAYS} days.",
        catia_charts.feedback_per_day(activity.days, "feedback"),
        Table(("day", *catia_charts.RATINGS, "liked"), rows),
    )


def _feedback_by_gerencia(activity: Activity) -> Figure:
    shown = activity.ratings[:_MOST_GERENCIAS]
    rest = len(activity.ratings) - len(shown)
    more = f" The {len(shown)} with the most feedback are drawn, {rest} more are in the table." if rest else ""
    rows = [
        [Quoted(each.gerencia), number(each.likes), number(each.dislikes), percent(each.liked_share)]
        for each in activity.ratings
    ]
    said = (
        f"Feedback of {WINDOW_DAYS} days, by the gerencia of the conversation that it refers to."
        if rows
        else _NONE_GIVEN
    )
    svg = catia_charts.feedback_by_gerencia(shown, "gerencias") if shown else None
    table = Table(("gerencia", *catia_charts.RATINGS, "liked"), rows)
    return Figure("gerencias", "Feedback by gerencia", said + more, svg, table)
