"""A clean day as ETL-1 writes it: a year of a chatbot's conversations in CSV, the same for the same number.

Users come in the order of a hash, each one's items in order of time, as the scan of a DynamoDB table delivers them. So
nothing lies sorted that a program could be spared to sort.

A day is written in parts, each with users of its own: a larger day has more of the same parts, not larger ones.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random
from typing import Final, TextIO

from bench.lake.vocabulary import Texts
from local.sample_text import user_data
from modules.contract.cells import record
from modules.contract.datasets import REJECTED, Dataset
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES

YEAR: Final = 2025
FIRST_INSTANT: Final = datetime(YEAR, 1, 1)  # noqa: DTZ001 UTC throughout; without a zone it is formatted faster
YEAR_MILLISECONDS: Final = 365 * 24 * 3600 * 1000
USERS_A_PART: Final = 1_000_000
"""Room for the numbers of a part's users."""
_MOST_CONVERSATIONS_OF_A_USER: Final = 9
_MOST_TURNS: Final = 9
_FEEDBACK_SHARE: Final = 0.25
_REJECTED_SHARE: Final = 0.01
_NO_TIME_SHARE: Final = 0.02
_NO_TEXT_SHARE: Final = 0.002
_MOST_MILLISECONDS_BETWEEN: Final = 45_000
_USER_COLUMNS: Final = ("nombre", "ciudad", "gerencia", "subgerencia", "oficinas_asesoras", "nivel_directivo")


@dataclass(frozen=True)
class Day:
    """A folder with one CSV for each dataset, and the rows of each by its name."""

    folder: Path
    rows: dict[str, int]

    @property
    def bytes(self) -> int:
        """Size of all its files."""
        return sum(csv_path(self.folder, dataset).stat().st_size for dataset in CONTRACT.datasets)


def csv_path(folder: Path, dataset: Dataset) -> Path:
    """Return where a dataset's CSV lies in a day's folder."""
    return folder / f"{dataset.name}.csv"


def write_day(folder: Path, conversations: int, parts: int = 1, processes: int = 1) -> Day:
    """Write a day of ``parts`` times so many conversations."""
    names = [f"part-{number}" for number in range(parts)]
    folders = [folder / name for name in names]
    for one in folders:
        one.mkdir(parents=True)
    with ProcessPoolExecutor(processes) as pool:
        counts = list(pool.map(partial(_write_part, conversations=conversations), folders, range(parts)))
    for dataset in CONTRACT.datasets:
        _join([csv_path(one, dataset) for one in folders], dataset, csv_path(folder, dataset))
    for one in folders:
        one.rmdir()
    return Day(folder, {dataset.name: sum(count[dataset.name] for count in counts) for dataset in CONTRACT.datasets})


def _join(parts: list[Path], dataset: Dataset, target: Path) -> None:
    """Put a dataset's parts together below one header, and remove them."""
    with target.open("wb") as joined:
        joined.write(record(dataset.column_names).encode())
        for part in parts:
            with part.open("rb") as source:
                shutil.copyfileobj(source, joined, 1 << 20)
            part.unlink()


def _write_part(folder: Path, number: int, conversations: int) -> dict[str, int]:
    """Write the records of one part, without headers, and return how many of each dataset."""
    with ExitStack() as stack:
        files: dict[str, TextIO] = {
            dataset.name: stack.enter_context(csv_path(folder, dataset).open("w", encoding="utf-8", newline="\n"))
            for dataset in CONTRACT.datasets
        }
        part = _Part(files, number)
        for user in _users_in_hash_order(number, conversations):
            if part.rows[CONVERSATIONS.name] >= conversations:
                break
            part.write_user(user)
        return part.rows


def _users_in_hash_order(number: int, most: int) -> list[int]:
    users = list(range(number * USERS_A_PART, number * USERS_A_PART + most))
    Random(number).shuffle(users)  # noqa: S311 nothing here is secret
    return users


class _Part:
    def __init__(self, files: dict[str, TextIO], number: int) -> None:
        self._files = files
        self._random = Random(number + 1)  # noqa: S311 nothing here is secret
        self._texts = Texts(self._random)
        self.rows = dict.fromkeys(files, 0)

    def write_user(self, number: int) -> None:
        user = f"usuario-{number:08}"
        known = user_data(self._random, number)
        for at in self._instants():
            self._conversation(user, at, known)
            if self._random.random() < _FEEDBACK_SHARE:
                self._feedback(user, at + timedelta(minutes=5))
            if self._random.random() < _REJECTED_SHARE:
                self._reject(user, at)

    def _instants(self) -> list[datetime]:
        """Return when a user's conversations begin: no two at once, in order of time."""
        count = 1 + int(self._random.random() * _MOST_CONVERSATIONS_OF_A_USER)
        chosen = sorted(self._random.sample(range(YEAR_MILLISECONDS), count))
        return [FIRST_INSTANT + timedelta(milliseconds=chance) for chance in chosen]

    def _conversation(self, user: str, at: datetime, known: dict[str, str]) -> None:
        turns = 1 + int(self._random.random() * _MOST_TURNS)
        conversation = _sort_key("CONVERSATION", at)
        self._write(MESSAGES, *self._messages(user, conversation, at, turns))
        cells = (user, conversation, _instant(at), *map(known.get, _USER_COLUMNS), str(2 * turns), str(turns))
        self._write(CONVERSATIONS, record(cells))

    def _messages(self, user: str, conversation: str, at: datetime, turns: int) -> Iterator[str]:
        for position in range(1, 2 * turns + 1):
            asked = position % 2 == 1
            at += timedelta(milliseconds=int(self._random.random() * _MOST_MILLISECONDS_BETWEEN))
            sent_at = None if self._random.random() < _NO_TIME_SHARE else _instant(at)
            sender, text = ("user", self._texts.question()) if asked else ("bot", self._texts.answer())
            yield record((user, conversation, str(position), sender, self._said(text), sent_at))

    def _said(self, text: str) -> str | None:
        """Return the text, or now and then what is left of one: nothing, or less than that."""
        if self._random.random() >= _NO_TEXT_SHARE:
            return text
        return None if len(text) % 2 else ""

    def _feedback(self, user: str, at: datetime) -> None:
        kind = "like" if self._random.random() < 0.6 else "dislike"  # noqa: PLR2004 a share
        comment = self._texts.question() if self._random.random() < 0.5 else None  # noqa: PLR2004 a half
        cells = (user, _sort_key("FEEDBACK", at), _instant(at), kind, comment, "Respuesta clara")
        self._write(FEEDBACK, record(cells))

    def _reject(self, user: str, at: datetime) -> None:
        key = {"PK": {"S": f"USER#{user}"}, "SK": {"S": _sort_key("CONVERSATION", at)}}
        item = {**key, "Conversation": {"S": self._texts.answer()}}
        reason = "not_json: Conversation: is text that is no JSON"
        self._write(REJECTED, record((json.dumps(key), reason, json.dumps(item, ensure_ascii=False))))

    def _write(self, dataset: Dataset, *records: str) -> None:
        self._files[dataset.name].write("".join(records))
        self.rows[dataset.name] += len(records)


def _sort_key(kind: str, at: datetime) -> str:
    return f"{kind}#{at.isoformat(timespec='milliseconds')}Z"


def _instant(at: datetime) -> str:
    return f"{at.isoformat(timespec='microseconds')}Z"
