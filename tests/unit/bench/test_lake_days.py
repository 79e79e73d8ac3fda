"""The generated day: the same each time, as ETL-1 would write it, and in nobody's favour."""

from __future__ import annotations

import csv
from pathlib import Path
from random import Random

import pytest

from bench.lake.days import Day, csv_path, write_day
from bench.lake.vocabulary import Texts
from modules.contract.cells import restore
from modules.contract.datasets import Dataset
from sources.catia import CONTRACT, CONVERSATIONS, FEEDBACK, MESSAGES

CONVERSATIONS_A_PART = 60


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Day:
    return write_day(tmp_path_factory.mktemp("day"), CONVERSATIONS_A_PART, parts=2)


def rows(day: Day, dataset: Dataset) -> list[dict[str, str]]:
    with csv_path(day.folder, dataset).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_it_is_the_same_each_time(day: Day, tmp_path: Path) -> None:
    again = write_day(tmp_path, CONVERSATIONS_A_PART, parts=2, processes=2)

    assert again.rows == day.rows
    for dataset in CONTRACT.datasets:
        assert csv_path(again.folder, dataset).read_bytes() == csv_path(day.folder, dataset).read_bytes()


def test_it_counts_its_rows_one_to_a_line(day: Day) -> None:
    for dataset in CONTRACT.datasets:
        lines = csv_path(day.folder, dataset).read_bytes().split(b"\n")
        assert lines[0].decode() == ",".join(dataset.column_names)
        assert len(rows(day, dataset)) == len(lines) - 2 == day.rows[dataset.name]
    assert 2 * CONVERSATIONS_A_PART <= day.rows[CONVERSATIONS.name] < 2 * CONVERSATIONS_A_PART + 20


def test_keys_are_unique_and_tables_belong_together(day: Day) -> None:
    messages = rows(day, MESSAGES)
    assert len({(row["user_id"], row["conversation_id"], row["position"]) for row in messages}) == len(messages)

    for conversation in rows(day, CONVERSATIONS):
        own = [row for row in messages if all(row[name] == conversation[name] for name in CONVERSATIONS.key)]
        assert len(own) == int(conversation["message_count"]) == 2 * int(conversation["question_count"])
    assert {row["user_id"] for row in rows(day, FEEDBACK)} <= {row["user_id"] for row in messages}


def test_users_are_in_no_order_and_each_ones_conversations_in_order_of_time(day: Day) -> None:
    found = [(row["user_id"], row["conversation_id"]) for row in rows(day, CONVERSATIONS)]
    users = list(dict.fromkeys(user for user, _ in found))

    assert users != sorted(users)
    for user in users:
        own = [number for number, (other, _) in enumerate(found) if other == user]
        assert own == list(range(own[0], own[0] + len(own))), "one user's items lie together"
        assert [found[number] for number in own] == sorted(found[number] for number in own)


def test_most_of_it_is_messages(day: Day) -> None:
    assert 0.85 < csv_path(day.folder, MESSAGES).stat().st_size / day.bytes < 0.95


def test_texts_hold_what_is_hard_to_carry(tmp_path: Path) -> None:
    texts = [restore(row["text"]) for row in rows(write_day(tmp_path, 1_000), MESSAGES)]

    for sign in ("\n", "\r\n", '"', ",", "|", "✅", "\\", "\0", "👩🏽‍💻"):
        assert any(sign in text for text in texts), repr(sign)
    assert "" in texts


def test_no_text_comes_twice() -> None:
    texts = Texts(Random(1))
    answers = [texts.answer() for _ in range(2_000)]

    assert len(set(answers)) == len(answers)
