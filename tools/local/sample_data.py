"""The sample table: conversations of every shape that occurs, the same for the same seed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from itertools import cycle
from random import Random
from typing import Any, Final

from tools.local.sample_faults import FAULTS
from tools.local.sample_shapes import (
    CONVERSATION_SHAPES,
    FEEDBACK_SHAPES,
    TIME_SHAPES,
    USER_DATA_SHAPES,
    Shape,
    utc_time,
    wire,
)
from tools.local.sample_text import AWKWARD, answer, question, user_data

Item = dict[str, Any]

DAYS: Final = 60
"""The conversations are spread over so many days up to the newest."""
USER_WORDS: Final = ("user", "usuario", "User", "USUARIO")
BOT_WORDS: Final = ("bot", "assistant", "CatIA", "system", "BOT", "catia")
OPTIONS: Final = ("Respuesta clara", "Respuesta incompleta", "Otro tema | sin opción")

EXCLUDED_EVERY: Final = 20
"""Every so many users is one of the automated checks that the local environment's rule excludes."""
FAULT_EVERY: Final = 4
"""Every so many users has one item that cannot be normalized."""
HUGE_EVERY: Final = 40
"""Every so many users has a conversation near DynamoDB's limit of 400 KB."""
HUGE_CHARACTERS: Final = 330_000


def generate_items(users: int, seed: int, newest: date) -> Iterator[Item]:
    """Yield the sample's items in DynamoDB's wire format, user by user.

    Args:
        users: how many users; from 48 on every kind of shape and fault is there.
        seed: the same seed gives the same items.
        newest: no conversation begins after this day (UTC).
    """
    yield from _Generator(seed, newest).items(users)


class _Generator:
    """Goes through the shapes in turn, so that none depends on luck; only the rest is random."""

    def __init__(self, seed: int, newest: date) -> None:
        self._random = Random(seed)
        self._first_day = newest - timedelta(days=DAYS - 1)
        self._conversation_shapes = cycle(CONVERSATION_SHAPES)
        self._feedback_shapes = cycle(FEEDBACK_SHAPES)
        self._user_data_shapes = cycle(USER_DATA_SHAPES)
        self._time_shapes = cycle(TIME_SHAPES)
        self._awkward_texts = cycle(AWKWARD)
        self._faults = cycle(FAULTS.values())

    def items(self, users: int) -> Iterator[Item]:
        for number in range(1, users + 1):
            yield from self._user_items(number)

    def _user_items(self, number: int) -> Iterator[Item]:
        is_check = number % EXCLUDED_EVERY == 0
        user = f"monitor-{number}" if is_check else f"usuario-{number:05}"
        known = user_data(self._random, number)
        times = self._times(self._random.randint(1, 5))
        if number % 3:
            yield self._register(user, times[0] - timedelta(days=2), known)
        if number % 10 == 1:
            yield self._feedback(user, times[0] - timedelta(days=1))
        for at in times:
            yield self._conversation(user, at, known, huge=number % HUGE_EVERY == 1 and at == times[0])
            if self._random.random() < 0.5:
                yield self._feedback(user, at + timedelta(minutes=self._random.randint(1, 50)))
        if number % FAULT_EVERY == 0:
            yield next(self._faults)(user.removeprefix("monitor-"), times[-1] + timedelta(minutes=55))

    def _times(self, count: int) -> list[datetime]:
        midnight = datetime.combine(self._first_day, time(), UTC)
        hours = sorted(self._random.sample(range(24 * DAYS), count))
        return [
            midnight
            + timedelta(hours=hour, seconds=self._random.randrange(60), milliseconds=self._random.randrange(1000))
            for hour in hours
        ]

    def _register(self, user: str, at: datetime, known: dict[str, str]) -> Item:
        return {**_key(user, f"REGISTER#{utc_time(at)}"), "UserData": wire(known)}

    def _conversation(self, user: str, at: datetime, known: dict[str, str], *, huge: bool) -> Item:
        messages = list(self._messages(at))
        if huge:  # written plainly: a second serialization could pass the limit
            messages[-1]["text"] = "Manual completo: " + "paso, " * (HUGE_CHARACTERS // len("paso, "))
        item = {**_key(user, f"CONVERSATION#{utc_time(at)}"), **self._created(at)}
        item |= _attribute("Conversation", messages, wire if huge else next(self._conversation_shapes))
        return item | _attribute("UserData", known, next(self._user_data_shapes))

    def _messages(self, at: datetime) -> Iterator[dict[str, str]]:
        for turn in range(self._random.randint(0, 4)):
            asked = at + timedelta(seconds=40 * turn)
            yield self._message(USER_WORDS, self._spiced(question(self._random)), asked)
            yield self._message(BOT_WORDS, self._spiced(answer(self._random)), asked + timedelta(seconds=7))
        yield self._message((*USER_WORDS, "asesor"), next(self._awkward_texts), at + timedelta(seconds=200))

    def _message(self, words: tuple[str, ...], text: str, at: datetime) -> dict[str, str]:
        shape = next(self._time_shapes)
        message = {"from": self._random.choice(words), "text": text}
        return message if shape is None else {**message, "timestamp": shape(at)}

    def _spiced(self, text: str) -> str:
        return f"{text} {next(self._awkward_texts)}" if self._random.random() < 0.2 else text

    def _feedback(self, user: str, at: datetime) -> Item:
        feedback = {"type": self._random.choice(("like", "dislike")), "option": self._random.choice(OPTIONS)}
        if self._random.random() < 0.7:
            feedback["comment"] = next(self._awkward_texts)
        return {
            **_key(user, f"FEEDBACK#{utc_time(at)}"),
            **self._created(at),
            "Feedback": next(self._feedback_shapes)(feedback),
        }

    def _created(self, at: datetime) -> Item:
        shape = next(self._time_shapes)
        return {} if shape is None else {"CreatedAt": wire(shape(at))}


def _attribute(name: str, value: object, shape: Shape | None) -> Item:
    return {} if shape is None else {name: shape(value)}


def _key(user: str, sort_key: str) -> Item:
    return {"PK": wire(f"USER#{user}"), "SK": wire(sort_key)}
