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
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

import duckdb

from ops.report.catia_facts import Activity, DayFigures, GerenciaRatings, Hour, QuestionCount
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
USER, BOT, OTHER = "user", "bot", "other"

_DAYS: Final = "CREATE TABLE days AS SELECT unnest($places) AS place, unnest($begins) AS begins, unnest($ends) AS ends"
_MESSAGES: Final = """
    SELECT
        (epoch_us(sent_at) - $begins) // 900000000,
        CASE WHEN sender IN ('user', 'bot') THEN sender ELSE 'other' END,
        count(*)
    FROM message_rows
    WHERE epoch_us(sent_at) >= $begins AND epoch_us(sent_at) < $ends
    GROUP BY ALL
"""
_RATINGS: Final = """
    CREATE TABLE ratings AS
    SELECT days.place, user_id, feedback_id, epoch_us(created_at) AS given_at, feedback_type
    FROM feedback_rows JOIN days ON epoch_us(created_at) >= begins AND epoch_us(created_at) < ends
"""
#: Those of the window, and older ones of users whose feedback may refer to them.
_TALKS: Final = """
    CREATE TABLE talks AS
    SELECT user_id, conversation_id, epoch_us(created_at) AS began_at, gerencia, question_count
    FROM conversation_rows
    WHERE epoch_us(created_at) < $ends
        AND (epoch_us(created_at) >= $begins OR user_id IN (SELECT user_id FROM ratings))
"""
_TALKS_BY_DAY: Final = """
    SELECT place, count(*), count(DISTINCT user_id), sum(question_count)
    FROM talks JOIN days ON began_at >= begins AND began_at < ends
    GROUP BY place
"""
_QUESTIONS: Final = """
    SELECT least(question_count, $most), count(*) FILTER (WHERE began_at >= $last_begins), count(*)
    FROM talks
    WHERE began_at >= $begins
    GROUP BY ALL
"""
_RATINGS_BY_DAY: Final = """
    SELECT
        place,
        count(*) FILTER (WHERE feedback_type = 'like'),
        count(*) FILTER (WHERE feedback_type = 'dislike')
    FROM ratings
    GROUP BY place
"""
#: As the view feedback_in_context and the query feedback_rate_by_gerencia have it.
_RATINGS_BY_GERENCIA: Final = """
    WITH in_context AS (
        SELECT ratings.feedback_type, talks.gerencia
        FROM ratings LEFT JOIN talks ON talks.user_id = ratings.user_id AND talks.began_at <= ratings.given_at
        QUALIFY row_number() OVER (
            PARTITION BY ratings.user_id, ratings.feedback_id ORDER BY talks.began_at DESC, talks.conversation_id DESC
        ) = 1
    )
    SELECT
        coalesce(nullif(gerencia, ''), '(none)') AS named,
        count(*) FILTER (WHERE feedback_type = 'like'),
        count(*) FILTER (WHERE feedback_type = 'dislike')
    FROM in_context
    GROUP BY named
    ORDER BY count(*) DESC, named
"""


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
        database.execute(_RATINGS)
        # All that came before: feedback may refer to a conversation of long ago.
        until = f"created_at < '{_literal(window.ends)}'"
        database.register("conversation_rows", tables.conversations.reader(_TALKED, until))
        database.execute(_TALKS, {"begins": window.begins, "ends": window.ends})
        return Activity(
            run_id=run_id,
            days=_days(database, quarters, window),
            hours=_hours(quarters, window),
            questions=_questions(database, window),
            ratings=tuple(GerenciaRatings(*row) for row in database.execute(_RATINGS_BY_GERENCIA).fetchall()),
            messages=tables.messages.rows,
            untimed_messages=tables.messages.nulls("sent_at"),
        )


@contextmanager
def _database(window: Window) -> Iterator[duckdb.DuckDBPyConnection]:
    with tempfile.TemporaryDirectory() as folder:
        database = duckdb.connect(
            config={"memory_limit": _MEMORY, "temp_directory": folder, "autoinstall_known_extensions": False}
        )
        try:
            begins = [window.begin_of(day) for day in window.days]
            days = {"places": list(range(len(begins))), "begins": begins, "ends": [*begins[1:], window.ends]}
            database.execute(_DAYS, days)
            yield database
        finally:
            database.close()


def _within(column: str, window: Window) -> str:
    return f"{column} >= '{_literal(window.begins)}' and {column} < '{_literal(window.ends)}'"


def _literal(microseconds: int) -> str:
    """Return an instant as the tables have it: in UTC, without a zone."""
    return (datetime.fromtimestamp(0, UTC) + timedelta(microseconds=microseconds)).strftime(_LITERAL)


#: Messages by the window's quarter of an hour and by who sent them.
_Quarters = dict[tuple[int, str], int]


def _messages(database: duckdb.DuckDBPyConnection, table: CuratedTable, window: Window) -> _Quarters:
    database.register("message_rows", table.reader(("sender", "sent_at"), _within("sent_at", window)))
    rows = database.execute(_MESSAGES, {"begins": window.begins, "ends": window.ends}).fetchall()
    return {(quarter, sender): count for quarter, sender, count in rows}


def _days(database: duckdb.DuckDBPyConnection, quarters: _Quarters, window: Window) -> tuple[DayFigures, ...]:
    days = [DayFigures(day) for day in window.days]
    for place, conversations, users, questions in database.execute(_TALKS_BY_DAY).fetchall():
        days[place] = replace(days[place], conversations=conversations, users=users, questions=int(questions))
    for place, likes, dislikes in database.execute(_RATINGS_BY_DAY).fetchall():
        days[place] = replace(days[place], likes=likes, dislikes=dislikes)
    messages: Counter[object] = Counter()
    for (quarter, _), count in quarters.items():
        messages[window.quarter(quarter).date()] += count
    return tuple(replace(figures, messages=messages[figures.day]) for figures in days)


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
    parameters = {"most": MOST_QUESTIONS, "begins": window.begins, "last_begins": window.begin_of(window.day)}
    found = {asked: counts for asked, *counts in database.execute(_QUESTIONS, parameters).fetchall()}
    return tuple(
        QuestionCount(asked, asked == MOST_QUESTIONS, *found.get(asked, (0, 0))) for asked in range(MOST_QUESTIONS + 1)
    )
