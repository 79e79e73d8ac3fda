"""The figures of what people did with the chatbot, and of what they thought of it."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from ops.report import catia_charts
from ops.report.catia_facts import Activity, DayFigures, Ratings
from ops.report.elements import Figure, Quoted, Table
from ops.report.window import USUAL_DAYS, WINDOW_DAYS
from ops.wording import Language

#: So many are drawn; all are in the table.
_MOST_GERENCIAS: Final = 12
_HOUR: Final = timedelta(hours=1)


def of_activity(activity: Activity, words: Language) -> tuple[Figure, ...]:
    """Return the figures of what people asked."""
    return (_messages(activity, words), _per_day(activity, words), _questions(activity, words))


def of_feedback(activity: Activity, words: Language) -> tuple[Figure, ...]:
    """Return the figures of what people thought of the answers."""
    return (_feedback_per_day(activity, words), _feedback_by_gerencia(activity, words))


def ratings(activity: Activity, words: Language) -> Table:
    """Return what was rated on the last day, in its week and in the whole window."""
    days, rows = activity.days, []
    for name, some in (
        (_marked(words.say("ratings.today"), days[-1], activity, words), days[-1:]),
        (words.say("ratings.before", days=USUAL_DAYS), days[-1 - USUAL_DAYS : -1]),
        (words.say("ratings.window", days=len(days)), days),
    ):
        rows.append((name, *_rated(Ratings.of_all(some), words)))
    return Table((words.say("ratings.period"), *map(words.say, catia_charts.RATINGS), words.say("catia.liked")), rows)


def _rated(found: Ratings, words: Language) -> tuple[str, str, str]:
    return words.number(found.likes), words.number(found.dislikes), words.percent(found.liked_share)


def _marked(name: str, figures: DayFigures, activity: Activity, words: Language) -> str:
    """Mark the name of a day that was not over when the source was read."""
    if figures.day <= activity.last_whole_day:
        return name
    return words.say("calendar.until", day=name, at=words.moment(activity.read_at, activity.today.day))


def _left_out(activity: Activity, words: Language) -> str:
    """Say that the report's own day is not drawn, if so."""
    if not activity.is_running:
        return ""
    day = activity.today.day
    return words.say("catia.running", day=words.day(day), at=words.moment(activity.read_at, day))


def _messages(activity: Activity, words: Language) -> Figure:
    total = sum(hour.user + hour.bot + hour.other for hour in activity.hours)
    busiest = max(activity.hours, key=lambda hour: hour.user + hour.bot + hour.other)
    said = words.say("messages.none")
    if total:
        most = words.number(busiest.user + busiest.bot + busiest.other)
        said = words.say("messages.total", total=words.number(total), hour=words.clock(busiest.begins), most=most)
    usual, running = activity.hours, ""
    if activity.is_running:
        usual = tuple(hour for hour in usual if hour.begins + _HOUR <= activity.read_at)
        running = words.say("messages.running", at=words.moment(activity.read_at, activity.today.day))
    rows = [
        [words.clock(hour.begins), *map(words.number, (hour.user, hour.bot, hour.other, round(hour.usual, 1)))]
        for hour in activity.hours
    ]
    columns = ("messages.hour", *catia_charts.SENDERS, "messages.usual")
    return Figure(
        "messages",
        words.say("messages.title"),
        said + words.say("messages.mark", days=USUAL_DAYS) + running + _untimed(activity, words),
        catia_charts.messages_per_hour(activity.hours, "messages", words, usual),
        Table([*map(words.say, columns)], rows),
    )


def _untimed(activity: Activity, words: Language) -> str:
    if not activity.untimed_messages:
        return ""
    share = words.percent(activity.untimed_messages / activity.messages)
    return words.say("messages.untimed", count=words.number(activity.untimed_messages), share=share)


def _per_day(activity: Activity, words: Language) -> Figure:
    days = activity.whole_days
    busiest = max(days, key=lambda figures: figures.questions)
    rows = [
        [
            _marked(words.day(each.day), each, activity, words),
            *map(words.number, (each.questions, each.conversations, each.users, each.messages)),
        ]
        for each in reversed(activity.days)
    ]
    said = words.say(
        "days.says",
        total=words.number(sum(each.questions for each in days)),
        day=words.day(busiest.day),
        most=words.number(busiest.questions),
    )
    return Figure(
        "days",
        words.say("days.title", days=WINDOW_DAYS),
        said + _left_out(activity, words),
        catia_charts.activity_per_day(days, "days", words),
        Table([*map(words.say, ("catia.day", *catia_charts.ASKED, "catia.messages"))], rows),
    )


def _questions(activity: Activity, words: Language) -> Figure:
    counts, is_whole = activity.questions, not activity.is_running
    today, window = sum(each.conversations for each in counts), sum(each.in_window for each in counts)
    rows = [
        [
            catia_charts.asked_name(each),
            words.number(each.conversations),
            words.number(each.in_window),
            words.percent(each.in_window / max(window, 1)),
        ]
        for each in counts
    ]
    said = words.say("questions.says", total=words.number(today), none=words.number(counts[0].conversations))
    columns = [words.say(f"questions.{name}", days=WINDOW_DAYS) for name in ("number", "today", "window", "share")]
    return Figure(
        "questions",
        words.say("questions.title"),
        said + (words.say("questions.mark", days=WINDOW_DAYS) if is_whole else ""),
        catia_charts.questions_per_conversation(counts, "questions", words, compared=is_whole),
        Table(columns, rows),
    )


def _feedback_per_day(activity: Activity, words: Language) -> Figure:
    days = activity.whole_days
    likes, dislikes, _ = _rated(Ratings.of_all(days), words)
    rows = [
        [_marked(words.day(each.day), each, activity, words), *_rated(each, words)] for each in reversed(activity.days)
    ]
    return Figure(
        "feedback",
        words.say("feedback.title"),
        words.say("feedback.says", likes=likes, dislikes=dislikes, days=WINDOW_DAYS) + _left_out(activity, words),
        catia_charts.feedback_per_day(days, "feedback", words),
        Table([*map(words.say, ("catia.day", *catia_charts.RATINGS, "catia.liked"))], rows),
    )


def _feedback_by_gerencia(activity: Activity, words: Language) -> Figure:
    shown = activity.ratings[:_MOST_GERENCIAS]
    rest = len(activity.ratings) - len(shown)
    rows = [[Quoted(catia_charts.gerencia_name(each, words)), *_rated(each, words)] for each in activity.ratings]
    said = words.say("gerencias.says" if rows else "gerencias.none", days=WINDOW_DAYS)
    more = words.say("gerencias.more", shown=len(shown), rest=rest) if rest else ""
    svg = catia_charts.feedback_by_gerencia(shown, "gerencias", words) if shown else None
    table = Table([*map(words.say, ("gerencias.gerencia", *catia_charts.RATINGS, "catia.liked"))], rows)
    return Figure("gerencias", words.say("gerencias.title"), said + more, svg, table)
