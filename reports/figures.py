"""The page's figures: each a chart, what it says in a sentence, and its numbers as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ops.runs import rejected_share, seconds_of
from reports import charts
from reports.window import USUAL_DAYS, WINDOW_DAYS
from reports.wording import NOTHING, change, day, number, percent, seconds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markupsafe import Markup

    from reports.facts import Activity, DayFacts

#: So many are drawn; all are in the tables.
_MOST_GERENCIAS: Final = 12
_MOST_REASONS: Final = 12
_NONE_GIVEN: Final = f"Nobody gave feedback in {WINDOW_DAYS} days."


class Quoted(str):
    """Words of the source's own, which are Spanish and may be anything at all."""

    __slots__ = ()


@dataclass(frozen=True)
class Table:
    """Cells by row; the first of each row names it, the others are numbers unless they are :class:`Quoted`."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Figure:
    """One chart. ``says`` tells what is in it; without anything to draw, ``svg`` is None."""

    identity: str
    title: str
    says: str
    svg: Markup | None
    table: Table


def of_activity(activity: Activity) -> tuple[Figure, ...]:
    """Return the figures of what people asked."""
    return (_messages(activity), _per_day(activity), _questions(activity))


def of_feedback(activity: Activity) -> tuple[Figure, ...]:
    """Return the figures of what people thought of the answers."""
    return (_feedback_per_day(activity), _feedback_by_gerencia(activity))


def of_volumes(facts: DayFacts) -> tuple[Figure, ...]:
    """Return the figures of the source's items."""
    return (_items(facts), _rejects(facts))


def of_runs(facts: DayFacts) -> tuple[Figure, ...]:
    """Return the figures of how the runs went."""
    return (_durations(facts),)


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
        charts.messages_per_hour(activity.hours, "messages"),
        Table(("hour", *charts.SENDERS, "usual"), rows),
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
        charts.activity_per_day(activity.days, "days"),
        Table(("day", *charts.ASKED, "messages"), rows),
    )


def _questions(activity: Activity) -> Figure:
    counts = activity.questions
    today, window = sum(each.conversations for each in counts), sum(each.in_window for each in counts)
    rows = [
        [
            charts.asked_name(each),
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
        charts.questions_per_conversation(counts, "questions"),
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
        charts.feedback_per_day(activity.days, "feedback"),
        Table(("day", *charts.RATINGS, "liked"), rows),
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
    svg = charts.feedback_by_gerencia(shown, "gerencias") if shown else None
    table = Table(("gerencia", *charts.RATINGS, "liked"), rows)
    return Figure("gerencias", "Feedback by gerencia", said + more, svg, table)


def _items(facts: DayFacts) -> Figure:
    newest, before = charts.items_of(facts.run), charts.items_of(facts.runs[-2]) if len(facts.runs) > 1 else {}
    rows = [
        [kind, number(count), number(before[kind]) if before else NOTHING, change(count, before.get(kind))]
        for kind, count in newest.items()
    ]
    others = f" In all {len(facts.runs)} runs here, nothing was lost on the way: every item is of one of these kinds."
    return Figure(
        "items",
        "Items by kind",
        f"{number(facts.run.items.scanned)} items in the source table." + others,
        charts.items_by_kind(facts.runs, "items"),
        Table(("kind", "this day", "the run before", "change"), rows),
    )


def _rejects(facts: DayFacts) -> Figure:
    reasons = dict(sorted(facts.run.items.rejected.items(), key=lambda entry: (-entry[1], entry[0])))
    before = facts.runs[-2].items.rejected if len(facts.runs) > 1 else None
    rows = [
        [Quoted(reason), number(count), change(count, before.get(reason, 0) if before is not None else None)]
        for reason, count in reasons.items()
    ]
    total, scanned = facts.run.items.rejected_total, facts.run.items.scanned
    said = f"{number(total)} of {number(scanned)} items ({percent(rejected_share(facts.run))}) could not be normalized."
    drawn = dict(list(reasons.items())[:_MOST_REASONS])
    svg = charts.rejects_by_reason(drawn, "rejects") if drawn else None
    return Figure("rejects", "Rejected by reason", said, svg, Table(("reason", "items", "change"), rows))


def _durations(facts: DayFacts) -> Figure:
    rows = [
        [
            day(run.dt),
            f"{run.started_at:%H:%M}",
            seconds(seconds_of(run)),
            number(run.scan.pages),
            number(round(run.scan.consumed_capacity_units, 1)),
            number(run.scan.throttled_requests),
            number(run.scan.retried_requests),
        ]
        for run in reversed(facts.runs)
    ]
    return Figure(
        "durations",
        "How long ETL-1 took",
        f"{seconds(seconds_of(facts.run))} this time, of {len(facts.runs)} runs.",
        charts.run_seconds(facts.runs, "durations"),
        Table(("day", "began, UTC", "took", "pages", "read units", "throttled", "retried"), rows),
    )
