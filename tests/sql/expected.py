"""The answers of views and named queries, computed from plain rows without any SQL."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from contract.datasets import DATA_QUALITY, REJECTED, RUNS, Dataset
from contract.sources.catia import CONVERSATIONS, FEEDBACK, MESSAGES
from tests.sql.lake import Lake, Row

_COLOMBIA = ZoneInfo("America/Bogota")


def wall_clock(instant: datetime | None) -> datetime | None:
    return None if instant is None else instant.astimezone(UTC).replace(tzinfo=None)


def _rows(lake: Lake, dataset: Dataset) -> list[Row]:
    return lake.get(dataset.name, [])


class _Users:
    """The tables by user, everything in time order."""

    def __init__(self, lake: Lake) -> None:
        self.conversations: dict[str, list[Row]] = defaultdict(list)
        self.feedback: dict[str, list[Row]] = defaultdict(list)
        self.messages: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in sorted(_rows(lake, CONVERSATIONS), key=lambda row: (row["created_at"], row["conversation_id"])):
            self.conversations[row["user_id"]].append(row)
        for row in sorted(_rows(lake, FEEDBACK), key=lambda row: (row["created_at"], row["feedback_id"])):
            self.feedback[row["user_id"]].append(row)
        for row in sorted(_rows(lake, MESSAGES), key=lambda row: row["position"]):
            self.messages[row["user_id"], row["conversation_id"]].append(row)

    def messages_of(self, conversation: Row) -> list[Row]:
        return self.messages.get((conversation["user_id"], conversation["conversation_id"]), [])

    def context_of(self, feedback: Row) -> Row | None:
        earlier = [
            conversation
            for conversation in self.conversations.get(feedback["user_id"], [])
            if conversation["created_at"] <= feedback["created_at"]
        ]
        return earlier[-1] if earlier else None


def feedback_in_context(lake: Lake) -> list[tuple[Any, ...]]:
    users = _Users(lake)
    return [_feedback_in_context(users, row) for rows in users.feedback.values() for row in rows]


def _feedback_in_context(users: _Users, row: Row) -> tuple[Any, ...]:
    itself = (row["user_id"], row["feedback_id"], wall_clock(row["created_at"]))
    said = (row["feedback_type"], row["comment"], row["option"])
    context = users.context_of(row)
    if context is None:
        return (*itself, *said, None, None, None, None, None)
    last = {message["sender"]: message["text"] for message in users.messages_of(context)}
    conversation = (context["conversation_id"], wall_clock(context["created_at"]), context["gerencia"])
    return (*itself, *said, *conversation, last.get("user"), last.get("bot"))


def dashboard_usuarios(lake: Lake) -> list[tuple[Any, ...]]:
    users = _Users(lake)
    return [_dashboard_row(users, user_id) for user_id in users.conversations.keys() | users.feedback.keys()]


def _dashboard_row(users: _Users, user_id: str) -> tuple[Any, ...]:
    conversations = users.conversations.get(user_id, [])
    feedback = users.feedback.get(user_id, [])
    conversation_messages = [users.messages_of(conversation) for conversation in conversations]
    transcripts = [" | ".join(map(_spoken, messages)) for messages in conversation_messages if messages]
    questions = [
        [message["text"] or "" for message in messages if message["sender"] == "user"]
        for messages in conversation_messages
    ]
    types = {row["feedback_type"] for row in feedback} & {"like", "dislike"}
    return (
        user_id,
        *(
            _last_known(conversations, name)
            for name in ("nombre", "gerencia", "ciudad", "oficinas_asesoras", "subgerencia", "nivel_directivo")
        ),
        wall_clock(conversations[0]["created_at"]) if conversations else None,
        len(conversations),
        " || ".join(transcripts),
        " || ".join(map(_feedback_text, feedback)),
        len(feedback),
        " || ".join(" | ".join(texts) for texts in questions if texts),
        sum(map(len, questions)),
        "mixed" if len(types) == 2 else "".join(types),
        " || ".join(row["comment"] for row in feedback if row["comment"]),
    )


def _spoken(message: Row) -> str:
    sender = "unknown" if message["sender"] is None else message["sender"]
    return f"{sender}: {message['text'] or ''}"


def _feedback_text(row: Row) -> str:
    return ": ".join(part for part in (row["feedback_type"], row["option"], row["comment"]) if part)


def _last_known(conversations: list[Row], name: str) -> str | None:
    return next((row[name] for row in reversed(conversations) if row[name]), None)


def _colombian_day(row: Row) -> date:
    day: date = row["created_at"].astimezone(_COLOMBIA).date()
    return day


def daily_activity(lake: Lake) -> list[tuple[Any, ...]]:
    days: dict[date, tuple[list[Row], list[Row]]] = defaultdict(lambda: ([], []))
    for row in _rows(lake, CONVERSATIONS):
        days[_colombian_day(row)][0].append(row)
    for row in _rows(lake, FEEDBACK):
        days[_colombian_day(row)][1].append(row)
    return [
        (
            day,
            len(conversations),
            len({row["user_id"] for row in conversations}),
            sum(row["question_count"] for row in conversations),
            len(feedback),
            *_likes_and_dislikes(feedback),
        )
        for day, (conversations, feedback) in sorted(days.items(), reverse=True)
    ]


def _likes_and_dislikes(feedback: list[Row]) -> tuple[int, int]:
    types = Counter(row["feedback_type"] for row in feedback)
    return types["like"], types["dislike"]


def feedback_rate_by_gerencia(lake: Lake) -> list[tuple[Any, ...]]:
    users = _Users(lake)
    conversations = Counter(row["gerencia"] or "(none)" for row in _rows(lake, CONVERSATIONS))
    feedback: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(lake, FEEDBACK):
        context = users.context_of(row)
        feedback[(context and context["gerencia"]) or "(none)"].append(row)
    answers = [
        (gerencia, conversations[gerencia], len(feedback.get(gerencia, [])), feedback.get(gerencia, []))
        for gerencia in conversations.keys() | feedback.keys()
    ]
    return [
        (gerencia, held, given, *_likes_and_dislikes(rows), _share(given, held), _dislike_share(rows))
        for gerencia, held, given, rows in sorted(answers, key=lambda answer: (-answer[2], answer[0]))
    ]


def _dislike_share(feedback: list[Row]) -> float | None:
    likes, dislikes = _likes_and_dislikes(feedback)
    return _share(dislikes, likes + dislikes)


def _share(part: int, whole: int) -> float | None:
    """Rounded to three digits as Athena does it: halves go up."""
    return math.floor(part / whole * 1000 + 0.5) / 1000 if whole else None


def disliked_answers(lake: Lake) -> list[tuple[Any, ...]]:
    disliked = [row for row in feedback_in_context(lake) if row[3] == "dislike"]
    answers = [
        (created_at, user_id, feedback_id, gerencia, question, answer, option, comment)
        for user_id, feedback_id, created_at, _, comment, option, _, _, gerencia, question, answer in disliked
    ]
    return sorted(sorted(answers, key=lambda row: (row[1], row[2])), key=lambda row: row[0], reverse=True)


def unanswered_questions(lake: Lake) -> list[tuple[Any, ...]]:
    users = _Users(lake)
    found: list[tuple[Any, ...]] = [
        (wall_clock(conversation["created_at"]), *_names(conversation), message["position"], message["text"])
        for conversation in _rows(lake, CONVERSATIONS)
        for message in _trailing_questions(users.messages_of(conversation))
    ]
    by_place = sorted(found, key=lambda row: (row[1], row[2], row[4]))
    return sorted(by_place, key=lambda row: row[0], reverse=True)


def _names(conversation: Row) -> tuple[str, str, str | None]:
    return conversation["user_id"], conversation["conversation_id"], conversation["gerencia"]


def _trailing_questions(messages: list[Row]) -> list[Row]:
    open_questions: list[Row] = []
    for message in messages:
        if message["sender"] == "bot" and message["text"]:
            open_questions = []
        elif message["sender"] == "user" and message["text"]:
            open_questions.append(message)
    return open_questions


def rejected_by_reason(lake: Lake) -> list[tuple[Any, ...]]:
    keys: dict[str, list[str]] = defaultdict(list)
    for row in _rows(lake, REJECTED):
        keys[row["reason"]].append(row["item_key"])
    return sorted(((reason, len(of), min(of)) for reason, of in keys.items()), key=lambda row: (-row[1], row[0]))


def failed_checks(lake: Lake) -> list[tuple[Any, ...]]:
    oldest = _midnight() - timedelta(days=30)
    failed = [row for row in _rows(lake, DATA_QUALITY) if row["outcome"] == "failed" and row["checked_at"] >= oldest]
    names = ("business_day", "run_id", "dataset", "check_name", "rows_failed", "rows_checked", "allowed_ratio")
    by_check = sorted(failed, key=lambda row: (row["dataset"], row["check_name"]))
    newest = sorted(by_check, key=lambda row: (row["checked_at"], row["run_id"]), reverse=True)
    return [(*(row[name] for name in names), wall_clock(row["checked_at"])) for row in newest]


def changes_by_run(lake: Lake) -> list[tuple[Any, ...]]:
    oldest = _midnight() - timedelta(days=30)
    changed = [row for row in _rows(lake, RUNS) if row["committed_at"] >= oldest and _has_changed(row)]
    names = ("rows_before", "rows_now", "partitions_rewritten", "partitions_gone", "bytes_written", "seconds")
    newest = sorted(sorted(changed, key=lambda row: row["dataset"]), key=lambda row: row["run_id"], reverse=True)
    return [(row["business_day"], row["run_id"], row["dataset"], *(row[name] for name in names)) for row in newest]


def freshness(lake: Lake) -> list[tuple[Any, ...]]:
    today = datetime.now(UTC).date()
    answers = []
    for dataset, rows in sorted(_by(lake, "dataset").items()):
        last = max(rows, key=lambda row: row["run_id"])
        changes = [row["committed_at"] for row in rows if _has_changed(row)]
        behind = (today - date.fromisoformat(last["business_day"])).days
        recorded = wall_clock(last["committed_at"])
        changed = wall_clock(max(changes, default=None))
        answers.append((dataset, last["business_day"], behind, recorded, changed, last["rows_now"]))
    return answers


def snapshots_by_day(lake: Lake) -> list[tuple[Any, ...]]:
    last_of_day: dict[tuple[str, str], Row] = {}
    for row in sorted(_rows(lake, RUNS), key=lambda row: row["run_id"]):
        last_of_day[row["business_day"], row["dataset"]] = row
    kept = [row for row in last_of_day.values() if row["snapshot_id"] is not None and not row["snapshot_expired_at"]]
    by_table = sorted(kept, key=lambda row: row["dataset"])
    return [
        (row["business_day"], row["dataset"], row["snapshot_id"], row["rows_now"], wall_clock(row["committed_at"]))
        for row in sorted(by_table, key=lambda row: row["business_day"], reverse=True)
    ]


def _has_changed(row: Row) -> bool:
    return bool(row["partitions_rewritten"] or row["partitions_gone"])


def _by(lake: Lake, name: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in _rows(lake, RUNS):
        found[row[name]].append(row)
    return found


def _midnight() -> datetime:
    return datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
