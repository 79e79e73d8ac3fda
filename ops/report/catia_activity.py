"""What people did with the chatbot, counted by DuckDB over the curated tables while they are being read.

Days are business days of the run's time zone. A conversation counts for the day on which it began, a message for that
on which it was sent, feedback for that on which it was given. No text is read.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from ops.report import catia_statements as statements
from ops.report.catia_facts import Activity, DayFigures, GerenciaRatings, Hour, QuestionCount, WeekFigures
from ops.report.window import USUAL_DAYS, Window

if TYPE_CHECKING:
    from ops.report.tables import CuratedTable

#: Conversations with more questions than that are counted together.
MOST_QUESTIONS: Final = 8
#: What SQL may hold in memory; beyond it, DuckDB works on disk.
_MEMORY: Final = "512MB"
_RATED: Final = ("user_id", "feedback_id", "created_at", "feedback_type")
_TALKED: Final = ("user_id", "conversation_id", "created_at", "gerencia", "question_count")
_LITERAL: Final = "%Y-%m-%dT%H:%M:%S.%f"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
USER, BOT, OTHER = "user", "bot", "other"


@dataclass(frozen=True)
class ActivityTables:
    """The three tables that say what people did."""

    conversations: CuratedTable
    messages: CuratedTable
    feedback: CuratedTable


def activity(tables: ActivityTables, window: Window, run_id: str) -> Activity:
    """Count what the tables hold of the window's days; ``run_id`` is the run that they were made of."""
    with _database(window) as database:
        quarters = _messages(database, tables.messages, window)
        database.register("feedback_rows", tables.feedback.reader(_RATED, _within("created_at", window)))
        database.execute(statements.RATINGS, {"begins": window.begins, "ends": window.ends})
        until = f"created_at < '{_literal(window.ends)}'"
        database.register("conversation_rows", tables.conversations.reader(_TALKED, until))
        database.execute(statements.TALKS, {"ends": window.ends})
        first_day, by_day = _first_day(database, window), _messages_by_day(quarters, window)
        of_days = {"begins": window.begin_of(window.days[0])}
        return Activity(
            run_id=run_id,
            days=_days(database, by_day, window),
            hours=_hours(quarters, window),
            questions=_questions(database, window),
            ratings=tuple(
                GerenciaRatings(gerencia, likes=likes, dislikes=dislikes)
                for gerencia, likes, dislikes in database.execute(statements.RATINGS_BY_GERENCIA, of_days).fetchall()
            ),
            messages=tables.messages.rows,
            untimed_messages=tables.messages.nulls("sent_at"),
            weeks=_weeks(database, by_day, window, first_day),
            first_day=first_day,
            last_whole_day=window.last_whole_day,
            read_at=window.read_at.astimezone(window.zone),
        )


@contextmanager
def _database(window: Window) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as folder:
        database = duckdb.connect(
            config={"memory_limit": _MEMORY, "temp_directory": folder, "autoinstall_known_extensions": False}
        )
        try:
            for name, firsts in (("days", window.days), ("weeks", [week.first for week in window.weeks])):
                begins = [window.begin_of(day) for day in firsts]
                periods = {"places": list(range(len(begins))), "begins": begins, "ends": [*begins[1:], window.ends]}
                database.execute(statements.PERIODS.format(name=name), periods)
            yield database
        finally:
            database.close()


def _within(column: str, window: Window) -> str:
    return f"{column} >= '{_literal(window.begins)}' and {column} < '{_literal(window.ends)}'"


def _literal(microseconds: int) -> str:
    """Return an instant as the tables have it: in UTC, without a zone."""
    return (_EPOCH + timedelta(microseconds=microseconds)).strftime(_LITERAL)


#: Messages by the window's quarter of an hour and by who sent them.
_Quarters = dict[tuple[int, str], int]


def _messages(database: duckdb.DuckDBPyConnection, table: CuratedTable, window: Window) -> _Quarters:
    database.register("message_rows", table.reader(("sender", "sent_at"), _within("sent_at", window)))
    rows = database.execute(statements.MESSAGES, {"begins": window.begins, "ends": window.ends}).fetchall()
    return {(quarter, sender): count for quarter, sender, count in rows}


def _days(database: duckdb.DuckDBPyConnection, messages: Counter[date], window: Window) -> tuple[DayFigures, ...]:
    days = [DayFigures(day) for day in window.days]
    for place, conversations, users, questions in database.execute(statements.TALKS_BY_DAY).fetchall():
        days[place] = replace(days[place], conversations=conversations, users=users, questions=int(questions))
    for place, likes, dislikes in database.execute(statements.RATINGS_BY_PERIOD.format(periods="days")).fetchall():
        days[place] = replace(days[place], likes=likes, dislikes=dislikes)
    return tuple(replace(figures, messages=messages[figures.day]) for figures in days)


def _messages_by_day(quarters: _Quarters, window: Window) -> Counter[date]:
    messages: Counter[date] = Counter()
    for (quarter, _), count in quarters.items():
        messages[window.quarter(quarter).date()] += count
    return messages


def _first_day(database: duckdb.DuckDBPyConnection, window: Window) -> date | None:
    """Return the day of the first conversation of all."""
    ((first,),) = database.execute("SELECT min(began_at) FROM talks").fetchall()
    return None if first is None else (_EPOCH + timedelta(microseconds=first)).astimezone(window.zone).date()


def _weeks(
    database: duckdb.DuckDBPyConnection, by_day: Counter[date], window: Window, first_day: date | None
) -> tuple[WeekFigures, ...]:
    weeks = [WeekFigures(week) for week in window.weeks]
    for place, users, new_users, conversations, questions in database.execute(statements.TALKS_BY_WEEK).fetchall():
        counts = {"users": users, "new_users": new_users, "conversations": conversations, "questions": int(questions)}
        weeks[place] = replace(weeks[place], **counts)
    for place, likes, dislikes in database.execute(statements.RATINGS_BY_PERIOD.format(periods="weeks")).fetchall():
        weeks[place] = replace(weeks[place], likes=likes, dislikes=dislikes)
    messages: Counter[date] = Counter()
    for day, count in by_day.items():
        messages[day - timedelta(days=day.weekday())] += count
    counted = (replace(each, messages=messages[each.week.first]) for each in weeks)
    return tuple(_begun(each, first_day) for each in counted if first_day and each.week.last >= first_day)


def _begun(figures: WeekFigures, first_day: date) -> WeekFigures:
    """Return a week as it is: not whole if the tables begin within it."""
    if figures.week.first >= first_day:
        return figures
    return replace(figures, week=replace(figures.week, whole=False))


def _hours(quarters: _Quarters, window: Window) -> tuple[Hour, ...]:
    usual_days = set(window.usual_days)
    sent: Counter[tuple[datetime, str]] = Counter()
    usual: Counter[int] = Counter()
    for (quarter, sender), count in quarters.items():
        at = window.quarter(quarter)
        if at.date() in usual_days:
            usual[at.hour] += count
        elif at.date() == window.day:
            sent[at.replace(minute=0).astimezone(UTC), sender] += count
    hours = []
    for begins in window.hours():
        user, bot, other = (sent[begins.astimezone(UTC), sender] for sender in (USER, BOT, OTHER))
        hours.append(Hour(begins, user, bot, other, usual[begins.hour] / USUAL_DAYS))
    return tuple(hours)


def _questions(database: duckdb.DuckDBPyConnection, window: Window) -> tuple[QuestionCount, ...]:
    parameters = {
        "most": MOST_QUESTIONS,
        "begins": window.begin_of(window.days[0]),
        "last_begins": window.begin_of(window.day),
    }
    found = {asked: counts for asked, *counts in database.execute(statements.QUESTIONS, parameters).fetchall()}
    return tuple(
        QuestionCount(asked, asked == MOST_QUESTIONS, *found.get(asked, (0, 0))) for asked in range(MOST_QUESTIONS + 1)
    )
