"""Rows made to break SQL, and small random lakes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from contract.datasets import DATA_QUALITY, REJECTED, RUNS, Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from tests.sql.lake import Lake, Row

MIDNIGHT = datetime(2026, 3, 1, tzinfo=UTC)
NASTY_TEXTS = (
    None,
    "",
    " ",
    "¿Cómo pido vacaciones?",
    "a | b || c",
    "user: yo | bot: tú",
    "dijo \"hola\", y 'adiós'",
    "línea 1\nlínea 2\r\n\tfin\\n",
    "👩‍💻🇨🇴 ñandú",
    "'; DROP TABLE conversations; --",
    "NULL",
)
_ATTRIBUTES = ("nombre", "ciudad", "gerencia", "subgerencia", "oficinas_asesoras", "nivel_directivo")


def at(hours: float) -> datetime:
    return MIDNIGHT + timedelta(hours=hours)


def row(of: Dataset, /, **values: Any) -> Row:
    """A row of a dataset, null where nothing is said."""
    assert values.keys() <= set(of.column_names)
    return {name: values.get(name) for name in of.column_names}


def conversation(user: str, name: str, hours: float, **values: Any) -> Row:
    counts = {"message_count": 0, "question_count": 0}
    return row(CONVERSATIONS, user_id=user, conversation_id=name, created_at=at(hours), **{**counts, **values})


def messages(user: str, name: str, *said: tuple[str | None, str | None]) -> list[Row]:
    return [
        row(MESSAGES, user_id=user, conversation_id=name, position=position, sender=sender, text=text)
        for position, (sender, text) in enumerate(said, start=1)
    ]


def feedback(user: str, name: str, hours: float, **values: Any) -> Row:
    return row(FEEDBACK, user_id=user, feedback_id=name, created_at=at(hours), **values)


def rejected(reason: str, key: str) -> Row:
    return row(REJECTED, reason=reason, item_key=key, item_json="{}")


def check(run_id: str, name: str, checked_at: datetime, *, failed: int) -> Row:
    return row(
        DATA_QUALITY,
        run_id=run_id,
        business_day=f"{checked_at:%Y-%m-%d}",
        dataset="messages",
        check_name=name,
        outcome="failed" if failed else "passed",
        rows_checked=10,
        rows_failed=failed,
        allowed_ratio=0.0,
        checked_at=checked_at,
    )


def run(number: int, dataset: str, day: date, **values: Any) -> Row:
    """What a run did to one table: nothing, where nothing is said."""
    usual = {
        "committed_at": datetime(day.year, day.month, day.day, 4, number, tzinfo=UTC) + timedelta(days=1),
        "rows_now": 3,
        "rows_before": 3,
        "partitions_rewritten": 0,
        "partitions_gone": 0,
        "bytes_written": 0,
        "seconds": 1.5,
    }
    return row(RUNS, run_id=f"run-{number:03d}", dataset=dataset, business_day=day.isoformat(), **{**usual, **values})


def tables(conversations: list[Row], said: list[Row], given: list[Row], refused: list[Row] | None = None) -> Lake:
    return {
        CONVERSATIONS.name: conversations,
        MESSAGES.name: said,
        FEEDBACK.name: given,
        REJECTED.name: refused or [],
    }


_HOURS = st.sampled_from([0, 4.5, 5, 6, 29, 29.5])
_USERS = st.sampled_from(["ana", "beto", "Ñ|u: '"])
_TEXTS = st.sampled_from(NASTY_TEXTS)
_SENDERS = st.sampled_from(["user", "user", "bot", "bot", "agente", None])
_ATTRIBUTE_VALUES = st.sampled_from([None, "", "Sur", "Norte | user: x", "🏢"])


@st.composite
def _conversations(draw: st.DrawFn, user: str, name: str) -> tuple[Row, list[Row]]:
    said = draw(st.lists(st.tuples(_SENDERS, _TEXTS), max_size=4))
    attributes = {attribute: draw(_ATTRIBUTE_VALUES) for attribute in _ATTRIBUTES}
    questions = sum(sender == "user" for sender, _ in said)
    counts = {"message_count": len(said), "question_count": questions}
    return conversation(user, name, draw(_HOURS), **attributes, **counts), messages(user, name, *said)


@st.composite
def lakes(draw: st.DrawFn) -> Lake:
    keys = draw(st.lists(st.tuples(_USERS, st.sampled_from(["C#1", "C#2", "C#10"])), unique=True, max_size=6))
    talks = [draw(_conversations(user, name)) for user, name in keys]
    given = draw(st.lists(st.tuples(_USERS, st.sampled_from(["F#1", "F#2", "F#10"])), unique=True, max_size=5))
    feedback_rows = [
        feedback(
            user,
            name,
            draw(_HOURS),
            feedback_type=draw(st.sampled_from(["like", "dislike", None])),
            comment=draw(_TEXTS),
            option=draw(_TEXTS),
        )
        for user, name in given
    ]
    refused = draw(
        st.lists(st.builds(rejected, st.sampled_from(["no PK", "a 'quoted' reason"]), st.sampled_from("abc")))
    )
    said = [message for _, of_one in talks for message in of_one]
    shuffle = draw(st.randoms(use_true_random=False)).shuffle
    rows = tables([talk for talk, _ in talks], said, feedback_rows, refused)
    for table in rows.values():
        shuffle(table)
    return rows
