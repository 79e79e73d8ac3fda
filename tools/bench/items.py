"""The benchmark's items: the shapes of the sample table in the proportions of a busy one, the same for the same seed.

An item has about 2.5 KB, most of it conversation. Attributes stand in any order, as DynamoDB returns them, so that no
reader can gain from it. The generator knows what must become of every item; it does not ask the code under test.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import Enum
from itertools import cycle, islice
from random import Random
from typing import Any, Final, TypeVar

from tools.local.sample_faults import FAULTS
from tools.local.sample_shapes import (
    Shape,
    TimeShape,
    double_json_text,
    escaped_json_text,
    json_text,
    naive_time,
    offset_time,
    second_time,
    utc_time,
    wire,
    wrapped,
    wrapped_json_text,
)
from tools.local.sample_text import AWKWARD, answer, question, user_data

Item = dict[str, Any]

EXCLUDED_PREFIX: Final = "monitor-"
EXCLUDED_EVERY: Final = 50
"""Every so many users is an automated check, which the exclusion rule takes out."""
FAULT_EVERY: Final = 100
"""Every so many items is one that cannot be normalized, unless only clean items are asked for."""
HUGE_EVERY: Final = 4_000
"""Every so many conversations is near DynamoDB's limit of 400 KB."""
HUGE_CHARACTERS: Final = 330_000
_TEXTS: Final = 2_000
"""So many different questions, and so many answers, are asked and given over and over."""
_FIRST_DAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
_USER_WORDS: Final = ("user", "usuario", "User", "USUARIO")
_BOT_WORDS: Final = ("bot", "assistant", "CatIA", "system")

_T = TypeVar("_T")


def _in_shares(*shares: tuple[_T, int]) -> tuple[_T, ...]:
    """Return every choice as often as its share says, to be picked from at random."""
    return tuple(choice for choice, share in shares for _ in range(share))


#: Most writers write plainly; None stands for a missing attribute.
_CONVERSATION_SHAPES: Final[tuple[Shape | None, ...]] = _in_shares(
    (wire, 60),
    (json_text, 16),
    (wrapped, 10),
    (escaped_json_text, 5),
    (wrapped_json_text, 5),
    (double_json_text, 2),
    (None, 2),
)
_USER_DATA_SHAPES: Final[tuple[Shape | None, ...]] = _in_shares((wire, 75), (json_text, 15), (wrapped, 5), (None, 5))
_FEEDBACK_SHAPES: Final[tuple[Shape | None, ...]] = _in_shares((wire, 75), (json_text, 15), (wrapped, 10))
_TIME_SHAPES: Final[tuple[TimeShape | None, ...]] = _in_shares(
    (utc_time, 70), (second_time, 10), (offset_time, 10), (naive_time, 5), (None, 5)
)


class Kind(Enum):
    """What must become of an item."""

    CONVERSATION = "conversations"
    FEEDBACK = "feedback"
    REGISTER = "registers"
    EXCLUDED = "excluded"
    REJECTED = "rejected"


@dataclass(frozen=True)
class Sample:
    """An item in DynamoDB's wire format, what must become of it, and how many message rows it must give."""

    item: Item
    kind: Kind
    messages: int = 0


def generate(count: int, *, clean: bool = False, seed: int = 1) -> Iterator[Sample]:
    """Yield ``count`` samples, user by user.

    ``clean`` leaves out the faulty ones and writes every attribute plainly: some readers want one type per attribute.
    """
    return islice(_Generator(Random(seed), clean=clean).samples(), count)


class _Generator:
    def __init__(self, random: Random, *, clean: bool) -> None:
        self._random = random
        self._clean = clean
        self._faults = cycle(FAULTS.values())
        self._awkward = cycle(AWKWARD)
        self._conversations = 0
        # Made once: a benchmark of 200,000 items would otherwise spend a minute on its texts.
        self._questions = [question(random) for _ in range(_TEXTS)]
        self._answers = [" ".join(answer(random) for _ in range(random.randint(1, 6))) for _ in range(_TEXTS)]

    def samples(self) -> Iterator[Sample]:
        number = 0
        for user_number in range(1_000_000_000):
            for sample in self._of_user(user_number):
                number += 1
                faulty = number % FAULT_EVERY == 0 and sample.kind is not Kind.EXCLUDED and not self._clean
                yield self._fault(user_number) if faulty else sample

    def _of_user(self, number: int) -> Iterator[Sample]:
        excluded = number % EXCLUDED_EVERY == EXCLUDED_EVERY - 1
        user = f"{EXCLUDED_PREFIX}{number}" if excluded else f"usuario-{number:07}"
        for sample in self._plain_samples(user, user_data(self._random, number)):
            self._random.shuffle(names := list(sample.item))
            item = {name: sample.item[name] for name in names}
            yield Sample(item, Kind.EXCLUDED) if excluded else Sample(item, sample.kind, sample.messages)

    def _plain_samples(self, user: str, known: dict[str, str]) -> Iterator[Sample]:
        at = _FIRST_DAY + timedelta(
            minutes=self._random.randrange(300_000), milliseconds=self._random.randrange(60_000)
        )
        times = [at + timedelta(hours=5 * turn) for turn in range(self._random.randint(1, 6))]
        for time in times:
            yield self._conversation(user, time, known)
        for time in times:
            if self._random.random() < 0.25:
                yield self._feedback(user, time + timedelta(minutes=3))
        if self._random.random() < 0.7:
            yield Sample({**_key(user, f"REGISTER#{utc_time(at)}"), "UserData": wire(known)}, Kind.REGISTER)

    def _conversation(self, user: str, at: datetime, known: dict[str, str]) -> Sample:
        self._conversations += 1
        messages = self._messages(at)
        shape = self._shape(_CONVERSATION_SHAPES)
        if self._conversations % HUGE_EVERY == HUGE_EVERY // 2:  # plainly: a second serialization could pass the limit
            messages[-1]["text"] = "Manual completo: " + "paso, " * (HUGE_CHARACTERS // len("paso, "))
            shape = wire
        item = {**_key(user, f"CONVERSATION#{utc_time(at)}"), **self._created(at)}
        item |= _attribute("Conversation", messages, shape)
        item |= _attribute("UserData", known, self._shape(_USER_DATA_SHAPES))
        return Sample(item, Kind.CONVERSATION, len(messages) if shape is not None else 0)

    def _messages(self, at: datetime) -> list[dict[str, str]]:
        messages = []
        for turn in range(self._random.randint(1, 10)):
            asked = at + timedelta(seconds=40 * turn)
            messages.append(self._message(_USER_WORDS, self._pick(self._questions), asked))
            messages.append(self._message(_BOT_WORDS, self._pick(self._answers), asked + timedelta(seconds=7)))
        return messages

    def _message(self, words: tuple[str, ...], text: str, at: datetime) -> dict[str, str]:
        if self._random.random() < 0.05:
            text = f"{text} {next(self._awkward)}"
        message = {"from": self._pick(words), "text": text}
        shape = self._pick(_TIME_SHAPES)
        return message if shape is None else {**message, "timestamp": shape(at)}

    def _feedback(self, user: str, at: datetime) -> Sample:
        feedback = {"type": self._pick(("like", "dislike")), "option": "Respuesta clara"}
        if self._random.random() < 0.7:
            feedback["comment"] = next(self._awkward)
        item = {**_key(user, f"FEEDBACK#{utc_time(at)}"), **self._created(at)}
        return Sample(item | _attribute("Feedback", feedback, self._shape(_FEEDBACK_SHAPES)), Kind.FEEDBACK)

    def _fault(self, user_number: int) -> Sample:
        return Sample(next(self._faults)(f"usuario-{user_number:07}", _FIRST_DAY), Kind.REJECTED)

    def _created(self, at: datetime) -> Item:
        shape = self._pick(_TIME_SHAPES)
        return {} if shape is None else {"CreatedAt": wire(shape(at))}

    def _shape(self, shapes: Sequence[Shape | None]) -> Shape | None:
        return wire if self._clean else self._pick(shapes)

    def _pick(self, choices: Sequence[_T]) -> _T:
        # Much faster than choice(), and just as repeatable.
        return choices[int(self._random.random() * len(choices))]


def _attribute(name: str, value: object, shape: Shape | None) -> Item:
    return {} if shape is None else {name: shape(value)}


def _key(user: str, sort_key: str) -> Item:
    return {"PK": wire(f"USER#{user}"), "SK": wire(sort_key)}
