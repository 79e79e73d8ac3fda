"""Clean CSV as ETL-1 writes it: a chatbot's conversations of some time, the same for the same number.

Users come in the order of a hash, each one's items in order of time, as the scan of a DynamoDB table delivers them: no
program can save the sorting.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Final, TextIO

from contract.cells import record
from contract.datasets import REJECTED, Dataset
from contract.sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES
from tools.bench.lake.vocabulary import Texts
from tools.local.sample_text import user_data

MONTHS: Final = 12
USERS_A_PART: Final = 1_000_000
"""Room for the numbers of a part's users."""
_MOST_CONVERSATIONS_OF_A_USER: Final = 9
_MOST_TURNS: Final = 9
_FEEDBACK_RATIO: Final = 0.25
_REJECTED_RATIO: Final = 0.01
_NO_TIME_RATIO: Final = 0.02
_NO_TEXT_RATIO: Final = 0.002
_MOST_MILLISECONDS_BETWEEN: Final = 45_000


@dataclass(frozen=True)
class Span:
    """The time in which conversations begin: ``first`` (UTC, without a zone: formatted faster) and how long it is."""

    first: datetime
    length: timedelta

    def at(self, ratio: float) -> datetime:
        """Return the instant at that ratio of the span, in whole milliseconds."""
        return self.first + timedelta(milliseconds=int(ratio * (self.length // timedelta(milliseconds=1))))


#: Ends when January 2026 does, which the documentation's questions ask for.
YEAR: Final = Span(datetime(2025, 2, 1), timedelta(days=365))
NEWEST_MONTH: Final = Span(datetime(2026, 1, 1), timedelta(days=31))

PERSON: Final = "usuario-de-siempre"
"""A user with conversations in every month of the year."""


def csv_path(folder: Path, dataset: Dataset) -> Path:
    """Return where a dataset's records lie in a folder."""
    return folder / f"{dataset.name}.csv"


def write_part(folder: Path, number: int, conversations: int, span: Span = YEAR, *, person: bool = False) -> None:
    """Write the records of about so many conversations, without headers, into an existing folder.

    Parts of different ``number`` have users of their own. ``person`` adds PERSON, two conversations a month.
    """
    with ExitStack() as stack:
        files: dict[str, TextIO] = {
            dataset.name: stack.enter_context(csv_path(folder, dataset).open("w", encoding="utf-8", newline="\n"))
            for dataset in CONTRACT.datasets
        }
        part = _Part(files, number, span)
        if person:
            part.write_person()
        for user in _users_in_hash_order(number, conversations):
            if part.conversations >= conversations:
                break
            part.write_user(user)


def _users_in_hash_order(number: int, most: int) -> list[int]:
    users = list(range(number * USERS_A_PART, number * USERS_A_PART + most))
    Random(number).shuffle(users)
    return users


class _Part:
    def __init__(self, files: dict[str, TextIO], number: int, span: Span) -> None:
        self._files = files
        self._span = span
        self._random = Random(number + 1)
        self._texts = Texts(self._random)
        self.conversations = 0

    def write_user(self, number: int) -> None:
        conversations = 1 + int(self._random.random() * _MOST_CONVERSATIONS_OF_A_USER)
        moments = sorted(self._random.random() for _ in range(conversations))
        self._write_items(f"usuario-{number:09}", number, [self._span.at(moment) for moment in moments])

    def write_person(self) -> None:
        conversations = 2 * MONTHS
        self._write_items(PERSON, 0, [self._span.at((moment + 0.5) / conversations) for moment in range(conversations)])

    def _write_items(self, user: str, number: int, instants: list[datetime]) -> None:
        known = user_data(self._random, number)
        for at in dict.fromkeys(instants):
            self._conversation(user, at, known)
            if self._random.random() < _FEEDBACK_RATIO:
                self._feedback(user, at + timedelta(minutes=5))
            if self._random.random() < _REJECTED_RATIO:
                self._reject(user, at)

    def _conversation(self, user: str, at: datetime, known: dict[str, str]) -> None:
        self.conversations += 1
        turns = 1 + int(self._random.random() * _MOST_TURNS)
        conversation = _sort_key("CONVERSATION", at)
        self._write(MESSAGES, *self._messages(user, conversation, at, turns))
        cells = {
            "user_id": user,
            "conversation_id": conversation,
            "created_at": _instant(at),
            **known,
            "message_count": str(2 * turns),
            "question_count": str(turns),
        }
        self._write(CONVERSATIONS, _record_of(CONVERSATIONS, cells))

    def _messages(self, user: str, conversation: str, at: datetime, turns: int) -> Iterator[str]:
        for position in range(1, 2 * turns + 1):
            asked = position % 2 == 1
            at += timedelta(milliseconds=int(self._random.random() * _MOST_MILLISECONDS_BETWEEN))
            sent_at = None if self._random.random() < _NO_TIME_RATIO else _instant(at)
            sender, text = ("user", self._texts.question()) if asked else ("bot", self._texts.answer())
            yield record((user, conversation, str(position), sender, self._said(text), sent_at))

    def _said(self, text: str) -> str | None:
        """Return the text, or now and then what is left of one: nothing, or less than that."""
        if self._random.random() >= _NO_TEXT_RATIO:
            return text
        return None if len(text) % 2 else ""

    def _feedback(self, user: str, at: datetime) -> None:
        kind = "like" if self._random.random() < 0.6 else "dislike"
        comment = self._texts.question() if self._random.random() < 0.5 else None
        cells = {
            "user_id": user,
            "feedback_id": _sort_key("FEEDBACK", at),
            "created_at": _instant(at),
            "feedback_type": kind,
            "comment": comment,
            "option": "Respuesta clara",
        }
        self._write(FEEDBACK, _record_of(FEEDBACK, cells))

    def _reject(self, user: str, at: datetime) -> None:
        key = {"PK": {"S": f"USER#{user}"}, "SK": {"S": _sort_key("CONVERSATION", at)}}
        item = {**key, "Conversation": {"S": self._texts.answer()}}
        reason = "not_json: Conversation: is text that is no JSON"
        self._write(REJECTED, record((json.dumps(key), reason, json.dumps(item, ensure_ascii=False))))

    def _write(self, dataset: Dataset, *records: str) -> None:
        self._files[dataset.name].write("".join(records))


def _record_of(dataset: Dataset, cells: Mapping[str, str | None]) -> str:
    """Return a record of the cells by column name; a column that the generator knows nothing of is null."""
    return record([cells.get(name) for name in dataset.column_names])


def _sort_key(kind: str, at: datetime) -> str:
    return f"{kind}#{at.isoformat(timespec='milliseconds')}Z"


def _instant(at: datetime) -> str:
    return f"{at.isoformat(timespec='microseconds')}Z"
